import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs } from "#base";
import {
  type BodyStream,
  type Burst,
  type HeaderList,
  type HttpReply,
  type HttpRequest,
} from "#http";
import type { Source } from "../cache/cacheStatus.ts";
import type { ObjectHead } from "../cache/objectHead.ts";
import type { StoredObject } from "../cache/store.ts";
import { edgeErrors } from "../errors.ts";
import { Tally } from "../reasons.ts";
import { Ask } from "./ask.ts";
import { Shelf } from "./shelf.ts";
import { answerStored } from "./storedAnswer.ts";
import { Transfer } from "./transfer.ts";
import { Waiter } from "./waiter.ts";

const broken = edgeErrors.make("upstream-down", { edge: "e", why: "it is a test." });

const headOf = (length: number | null): ObjectHead => ({
  status: 200,
  fields: [["ETag", '"a"']],
  length,
  etag: '"a"',
  lastModified: undefined,
  date: "Sat, 21 Nov 2026 20:00:00 GMT",
  ageS: 0,
  receivedAt: monoMs(0),
  policy: { unkept: null, lifetimeS: 60 } as ObjectHead["policy"],
  told: null,
});

/** Remembers each write of an answer: a burst, or a whole answer's status. */
class Recorder implements HttpReply {
  readonly bursts: Burst[] = [];
  readonly sent: number[] = [];
  broken = false;
  done = false;

  get started(): boolean {
    return this.bursts.length > 0 || this.sent.length > 0;
  }
  get text(): string {
    return this.bursts.flatMap(({ pieces }) => pieces.map((piece) => String(piece))).join("");
  }
  put(burst: Burst): void {
    this.bursts.push(burst);
    this.done = burst.last;
  }
  send(status: number): void {
    this.sent.push(status);
    this.done = true;
  }
  stream(status: number, headers: HeaderList): BodyStream {
    this.sent.push(status);
    const range = headers.find(([name]) => name === "Content-Range")?.[1] ?? "";
    return {
      write: (bytes) => this.ranges.push(`${range}: ${String(Buffer.from(bytes))}`),
      end: () => (this.done = true),
    } as Partial<BodyStream> as BodyStream;
  }
  readonly ranges: string[] = [];
  abort(): void {
    this.broken = true;
    this.done = true;
  }
  onGone(): void {
    // Nobody here goes by himself.
  }
}

const context = { edge: "e", tally: new Tally() };

function askOf(reply: HttpReply, fields: Readonly<Record<string, string>> = {}): Ask {
  const headers = { get: (name: string) => fields[name], entries: () => [] };
  return new Ask({ method: "GET", headers } as Partial<HttpRequest> as HttpRequest, reply);
}

function joined(
  transfer: Transfer,
  options: { source?: Source; fields?: Readonly<Record<string, string>> } = {},
): Recorder {
  const reply = new Recorder();
  const ask = askOf(reply, options.fields);
  transfer.join(new Waiter(ask, options.source ?? "collapsed", context));
  return reply;
}

const turn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

test("what came within one turn is one write, and the same one for all who are told alike", async () => {
  const transfer = new Transfer("/o", 0);
  const first = joined(transfer, { source: "miss" });
  const others = [joined(transfer), joined(transfer), joined(transfer)];
  transfer.begin(headOf(6));
  transfer.more(Buffer.from("one"));
  transfer.more(Buffer.from("two"));
  transfer.end();
  assert.equal(first.bursts.length, 0);
  await turn();
  assert.equal(first.text, "onetwo");
  for (const other of others) {
    assert.equal(other.bursts.length, 1);
    assert.equal(other.bursts[0], others[0]?.bursts[0]);
  }
  assert.notEqual(first.bursts[0], others[0]?.bursts[0]);
  assert.ok(first.done);
  assert.equal(transfer.waiters, 0);
});

test("who joins late gets what there is in one write, and then each wave once", async () => {
  const transfer = new Transfer("/o", 0);
  const early = joined(transfer);
  transfer.begin(headOf(null));
  transfer.more(Buffer.from("one"));
  await turn();
  transfer.more(Buffer.from("two"));
  const late = [joined(transfer), joined(transfer)]; // before the second wave had left
  assert.equal(late[0]?.text, "onetwo");
  assert.equal(late[0]?.bursts[0], late[1]?.bursts[0]);
  assert.equal(early.text, "onetwo");
  await turn();
  transfer.more(Buffer.from("three"));
  transfer.end();
  await turn();
  for (const reply of [early, ...late]) assert.equal(reply.text, "onetwothree");
  assert.equal(late[0]?.bursts.length, 2);
  assert.equal(String(transfer.body()), "onetwothree");
});

test("a range, a condition and the whole are served from the same waves", async () => {
  const transfer = new Transfer("/o", 0);
  const whole = joined(transfer);
  const part = joined(transfer, { fields: { range: "bytes=2-4" } });
  const has = joined(transfer, { fields: { "if-none-match": '"a"' } });
  const beyond = joined(transfer, { fields: { range: "bytes=90-99" } });
  transfer.begin(headOf(null));
  transfer.more(Buffer.from("onetwo"));
  transfer.end();
  await turn();
  assert.equal(whole.text, "onetwo");
  assert.deepEqual([part.sent, part.ranges, part.done], [[206], ["bytes 2-4/*: etw"], true]);
  assert.deepEqual([has.sent, has.bursts.length], [[304], 0]);
  assert.deepEqual(beyond.sent, [416]);
});

test("who had nothing yet is told why there is nothing; who had something sees it break off", async () => {
  const early = new Transfer("/o", 0);
  const told = joined(early);
  early.begin(headOf(6));
  assert.equal(early.fail(broken), 1);
  assert.deepEqual([told.sent, told.broken], [[502], false]);
  const late = new Transfer("/o", 0);
  const cut = joined(late);
  late.begin(headOf(6));
  late.more(Buffer.from("one"));
  await turn();
  late.more(Buffer.from("tw"));
  late.fail(broken);
  assert.deepEqual([cut.text, cut.sent, cut.broken], ["onetw", [], true]);
  await turn();
  assert.equal(cut.bursts.length, 2);
});

test("whose turn is first changes with each object", async () => {
  const firsts = new Set<number>();
  for (let number = 0; number < 30; number++) {
    const transfer = new Transfer("/o", number);
    const order: number[] = [];
    for (let at = 0; at < 10; at++)
      transfer.join({ done: false, take: () => order.push(at) } as Partial<Waiter> as Waiter);
    transfer.begin(headOf(null));
    await turn();
    assert.equal(order.length, 10);
    firsts.add(order[0] as number);
  }
  assert.equal(firsts.size, 10);
});

test("a stored object is written out once for each second of its age, and again when it is told otherwise", () => {
  const shelf = new Shelf();
  const object: StoredObject = { head: headOf(3), body: Buffer.from("one") };
  const given = (now: number, source: Source = "hit"): Burst => {
    const reply = new Recorder();
    const giving = { ...context, source, now: monoMs(now), shelf };
    answerStored(askOf(reply), object, giving);
    return reply.bursts[0] as Burst;
  };
  const age = ({ head }: Burst): string | undefined =>
    head?.headers.find(([name]) => name === "Age")?.[1];
  assert.equal(given(5_100), given(5_900));
  assert.notEqual(given(5_900), given(5_950, "stale"));
  assert.deepEqual([age(given(5_999)), age(given(6_000))], ["5", "6"]);
});
