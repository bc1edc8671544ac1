import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { CUE_DATA_LIMIT } from "#protocol";
import { COHORTS_FOLLOWED_LIMIT, PAYLOAD_BYTES_LIMIT, TOKEN_REUSED_MS } from "./limits.ts";
import { notificationOf } from "./notification.ts";
import type { Subscription } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Vapid, vapidKeys } from "./vapid.ts";

const clockNow = () => manualClock(utcMs(1_795_300_000_000));

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "regista-push-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const phone = (at: number, over: Partial<Subscription> = {}): Subscription => ({
  ...{ endpoint: `https://push.example.com/${at}`, p256dh: "p", auth: "a", cohort: "it/roma" },
  ...{ kinds: null, expiresMs: null, ...over },
});

async function open(t: TestContext, file: string) {
  const cohorts: [string, boolean][] = [];
  const onCohort = (cohort: string, wanted: boolean): void => void cohorts.push([cohort, wanted]);
  const kept = await Subscriptions.open({ file, clock: clockNow(), log: silentLog, onCohort });
  t.after(() => kept.close());
  return { kept, cohorts };
}

const code = (failure: unknown): string => (failure instanceof RegistaError ? failure.code : "");

test("a cohort is followed from its first subscription to its last", async (t) => {
  const { kept, cohorts } = await open(t, join(folder(t), "s.jsonl"));
  kept.add(phone(1));
  kept.add(phone(2));
  kept.add(phone(2, { cohort: "it/milano" }));
  kept.remove(phone(1).endpoint);
  kept.remove(phone(1).endpoint);
  assert.deepEqual(cohorts, [
    ["it/roma", true],
    ["it/milano", true],
    ["it/roma", false],
  ]);
  assert.deepEqual(kept.of("it/milano", "goal", 0), [phone(2, { cohort: "it/milano" })]);
});

test("a phone hears of its kinds until its subscription runs out", async (t) => {
  const { kept } = await open(t, join(folder(t), "s.jsonl"));
  kept.add(phone(1, { kinds: ["card"], expiresMs: 1_000 }));
  const heard = (kind: string, at: number): number => kept.of("it/roma", kind, at).length;
  assert.deepEqual([heard("card", 999), heard("card", 1_000), heard("goal", 0)], [1, 0, 0]);
});

test("as many cohorts are followed as the limit says, and no more", async (t) => {
  const { kept } = await open(t, join(folder(t), "s.jsonl"));
  for (let at = 0; at < COHORTS_FOLLOWED_LIMIT; at += 1)
    kept.add(phone(at, { cohort: `it/c${at}` }));
  assert.throws(
    () => kept.add(phone(999, { cohort: "it/more" })),
    (failure) => code(failure) === "push/full",
  );
  kept.add(phone(999, { cohort: "it/c0" }));
});

test("the file gives back what was written, also after it was cut in the middle of a line", async (t) => {
  const file = join(folder(t), "s.jsonl");
  const first = (await open(t, file)).kept;
  first.add(phone(1));
  first.add(phone(2));
  first.remove(phone(1).endpoint);
  await first.close();
  appendFileSync(file, '{"endpoint":"https://push.ex');
  const { kept, cohorts } = await open(t, file);
  assert.deepEqual([kept.size, cohorts], [1, [["it/roma", true]]]);
  assert.equal(readFileSync(file, "utf8").trim().split("\n").length, 1);
});

test("keys are made once; keys that are none are refused, never replaced", (t) => {
  const file = join(folder(t), "deep", "vapid.json");
  const keys = vapidKeys(file);
  assert.deepEqual(vapidKeys(file), keys);
  writeFileSync(file, JSON.stringify({ ...keys, publicKey: vapidKeys(`${file}.2`).publicKey }));
  assert.throws(
    () => vapidKeys(file),
    (failure) => code(failure) === "push/keys-unreadable",
  );
  chmodSync(file, 0o600);
  writeFileSync(file, "{");
  assert.throws(
    () => vapidKeys(file),
    (failure) => code(failure) === "push/keys-unreadable",
  );
});

test("a signature is used for an hour, for its push service alone", (t) => {
  const clock = clockNow();
  const vapid = new Vapid(vapidKeys(join(folder(t), "v.json")), "mailto:desk@example.com", clock);
  const header = vapid.header("https://one.example.com");
  assert.equal(vapid.header("https://one.example.com"), header);
  assert.notEqual(vapid.header("https://other.example.com"), header);
  clock.advance(ms(TOKEN_REUSED_MS));
  assert.notEqual(vapid.header("https://one.example.com"), header);
});

test("a notification fits a push message whatever its cue carries", () => {
  const cue = { v: 1 as const, seq: 1, mediaTimeMs: 1, kind: "push" as const, enteredMs: 1 };
  const small = notificationOf("match", { ...cue, data: { text: "kick-off" } });
  assert.deepEqual(JSON.parse(small.payload).data, { text: "kick-off" });
  const fields = Object.fromEntries(["text", "player", "b"].map((name) => [name, "€".repeat(490)]));
  const { payload, topic } = notificationOf("x".repeat(64), { ...cue, data: fields });
  assert.ok(JSON.stringify(fields).length <= CUE_DATA_LIMIT);
  assert.ok(Buffer.byteLength(payload) <= PAYLOAD_BYTES_LIMIT);
  assert.match(topic, /^[\w-]{1,32}$/);
});
