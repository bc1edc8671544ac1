import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import type { Delivery, Outcome } from "./deliver.ts";
import { RETRIES_LIMIT, RETRY_FIRST_MS, ROUNDS_LIMIT, SENDS_AT_ONCE } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

const notification = { payload: "{}", topic: "goal" };
const phones = (count: number): Subscription[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ endpoint: `https://push.example.com/${at}`, p256dh: "", auth: "", cohort: "it/roma" },
    ...{ kinds: null, expiresMs: null },
  }));

function stage(ttlS = 30) {
  const clock = manualClock(utcMs(1_795_300_000_000));
  const gone: string[] = [];
  const sent: { to: string; ttlS: number; answer: (delivery: Delivery) => void }[] = [];
  const outbox = new Outbox({
    clock,
    log: silentLog,
    ttlS,
    send: ({ endpoint }, _what, ttlS) =>
      new Promise((answer) => sent.push({ to: endpoint, ttlS, answer })),
    gone: ({ endpoint }) => gone.push(endpoint),
  });
  /** Answers all that is under way, and lets the next ones go. */
  const answer = async (outcome: Outcome, retryAfterMs = 0): Promise<number> => {
    const now = sent.splice(0);
    for (const each of now) each.answer({ outcome, retryAfterMs, why: outcome });
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    return now.length;
  };
  return { clock, outbox, sent, gone, answer };
}

test("no more are under way at once than the limit, and each phone has one", async () => {
  const { outbox, sent, answer } = stage();
  outbox.add(notification, phones(SENDS_AT_ONCE + 10));
  assert.equal(sent.length, SENDS_AT_ONCE);
  const first = sent.map(({ to }) => to);
  await answer("accepted");
  assert.equal(sent.length, 10);
  assert.equal(new Set([...first, ...sent.map(({ to }) => to)]).size, SENDS_AT_ONCE + 10);
  await answer("accepted");
  assert.deepEqual([outbox.counters.accepted, outbox.waiting], [SENDS_AT_ONCE + 10, 0]);
});

test("a busy service is asked again within the notification's life, and then it is lost", async () => {
  const { outbox, clock, sent, answer } = stage(10);
  outbox.add(notification, phones(1));
  let times = 0;
  for (let second = 0; second < 12; second += 1) {
    times += await answer("later");
    clock.advance(ms(1_000));
  }
  assert.equal(times, 4);
  assert.deepEqual([outbox.counters.later, outbox.counters.lost, sent.length], [4, 1, 0]);
});

test("what a service asks us to wait is waited, and the life that is told shrinks with it", async () => {
  const { outbox, clock, sent, answer } = stage(30);
  outbox.add(notification, phones(1));
  assert.equal(sent[0]?.ttlS, 30);
  await answer("later", 8_000);
  clock.advance(ms(7_900));
  assert.equal(sent.length, 0);
  clock.advance(ms(300));
  assert.equal(sent[0]?.ttlS, 22);
});

test("who is gone is told, and not asked again", async () => {
  const { outbox, clock, gone, sent, answer } = stage();
  outbox.add(notification, phones(1));
  await answer("gone");
  clock.advance(ms(30_000));
  assert.deepEqual([gone, sent.length], [["https://push.example.com/0"], 0]);
});

test("what waits is bounded: rounds, notifications to send again, and time", async () => {
  const { outbox, clock, answer } = stage();
  for (let round = 0; round <= ROUNDS_LIMIT; round += 1) outbox.add(notification, phones(100));
  assert.equal(outbox.counters.lost, 100 - SENDS_AT_ONCE);
  clock.advance(ms(31_000));
  await answer("accepted");
  assert.equal(outbox.waiting, 0);
  assert.equal(outbox.counters.lost + outbox.counters.accepted, (ROUNDS_LIMIT + 1) * 100);
  const full = stage(60);
  full.outbox.add(notification, phones(RETRIES_LIMIT + 1));
  for (let turn = 0; turn <= RETRIES_LIMIT / SENDS_AT_ONCE; turn += 1) await full.answer("later");
  assert.deepEqual([full.outbox.counters.lost, full.outbox.waiting], [1, RETRIES_LIMIT]);
  assert.ok(RETRY_FIRST_MS < 60_000);
});

test("closed, it sends no more and counts what waited as lost", async () => {
  const { outbox, answer, sent } = stage();
  outbox.add(notification, phones(SENDS_AT_ONCE + 5));
  await Promise.all([outbox.close(), outbox.close()]);
  await answer("accepted");
  outbox.add(notification, phones(1));
  assert.deepEqual([outbox.counters.lost, sent.length], [5, 0]);
});
