import assert from "node:assert/strict";
import { test } from "node:test";
import { KEEP_BEHIND_S } from "../limits.ts";
import { AppendQueue, type MediaBuffer, type QueueOwner } from "./appendQueue.ts";
import { APPENDS_LIMIT, CLEAR_STEP_S } from "./limits.ts";

/** A source buffer in which each byte is a second of media. */
class FakeBuffer implements MediaBuffer {
  updating = false;
  readonly done: string[] = [];
  refusals = 0;
  #range: [number, number] | null = null;
  readonly #listeners = new Map<string, () => void>();
  readonly #startS: number;
  constructor(startS = 0) {
    this.#startS = startS;
  }
  get buffered() {
    const range = this.#range;
    return {
      length: range ? 1 : 0,
      start: () => range?.[0] ?? 0,
      end: () => range?.[1] ?? 0,
    };
  }
  appendBuffer(bytes: Uint8Array): void {
    assert.equal(this.updating, false, "one step at a time");
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
    }
    this.done.push(`append ${bytes[0]}`);
    this.#range = [
      this.#range?.[0] ?? this.#startS,
      (this.#range?.[1] ?? this.#startS) + bytes.length,
    ];
    this.updating = true;
  }
  remove(startS: number, endS: number): void {
    assert.equal(this.updating, false, "one step at a time");
    this.done.push(`remove ${startS}-${endS}`);
    if (this.#range) this.#range[0] = Math.max(this.#range[0], endS);
    this.updating = true;
  }
  abort(): void {
    this.updating = false;
  }
  addEventListener(type: string, listener: () => void): void {
    this.#listeners.set(type, listener);
  }
  removeEventListener(type: string): void {
    this.#listeners.delete(type);
  }
  /** The browser ends the step under way. */
  step(type = "updateend"): void {
    this.updating = false;
    this.#listeners.get(type)?.();
  }
}

function stage(playhead = 0, startS = 0) {
  const buffer = new FakeBuffer(startS);
  const told = { changed: 0, dropped: 0, broken: [] as string[] };
  const owner: QueueOwner = {
    playhead: () => playhead,
    changed: () => (told.changed += 1),
    dropped: () => (told.dropped += 1),
    broken: (sentence) => told.broken.push(sentence),
  };
  return { buffer, told, queue: new AppendQueue(buffer, owner) };
}
const bytes = (name: number, length = 1): Uint8Array => new Uint8Array(length).fill(name);

test("appends follow one another, each when the one before is done", () => {
  const { buffer, queue, told } = stage();
  void queue.append(bytes(1));
  void queue.append(bytes(2));
  assert.deepEqual(buffer.done, ["append 1"]);
  buffer.step();
  buffer.step();
  assert.deepEqual(buffer.done, ["append 1", "append 2"]);
  assert.equal(told.changed, 2);
});

test("what lies far behind the playhead is cleared away before the next append", () => {
  const startS = 1_000;
  const { buffer, queue } = stage(startS + KEEP_BEHIND_S + CLEAR_STEP_S + 1, startS);
  void queue.append(bytes(1, 40));
  buffer.step();
  void queue.append(bytes(2));
  assert.deepEqual(buffer.done.slice(1), [`remove 0-${startS + CLEAR_STEP_S + 1}`]);
  buffer.step();
  assert.deepEqual(buffer.done.slice(2), ["append 2"]);
});

test("a full buffer makes room behind the playhead and takes the chunk after all", async () => {
  const { buffer, queue, told } = stage(15);
  void queue.append(bytes(1, 30));
  buffer.step();
  buffer.refusals = 2;
  const taken = queue.append(bytes(2));
  assert.deepEqual(buffer.done.slice(1), ["remove 0-10"]);
  buffer.step();
  assert.deepEqual(buffer.done.slice(2), ["remove 0-14.5"]);
  buffer.step();
  await taken;
  assert.deepEqual(buffer.done.slice(3), ["append 2"]);
  assert.equal(told.dropped, 0);
});

test("a chunk that finds no room in the end is dropped and told, and the next one goes on", async () => {
  const { buffer, queue, told } = stage(0);
  buffer.refusals = 3;
  await queue.append(bytes(1));
  assert.equal(told.dropped, 1);
  void queue.append(bytes(2));
  assert.deepEqual(buffer.done, ["append 2"]);
});

test("more than may wait, and bytes that the browser cannot read, end the queue with a sentence, once", async () => {
  const { queue, told } = stage();
  for (let at = 0; at < APPENDS_LIMIT + 5; at += 1) void queue.append(bytes(at));
  assert.equal(told.broken.length, 1);
  const other = stage();
  void other.queue.append(bytes(1));
  other.buffer.step("error");
  other.buffer.step("error");
  assert.equal(other.told.broken.length, 1);
  await other.queue.append(bytes(2));
});

test("closed, it settles what waits and hears nothing more", async () => {
  const { buffer, queue, told } = stage();
  void queue.append(bytes(1));
  const waiting = queue.append(bytes(2));
  queue.close();
  queue.close();
  await waiting;
  buffer.step();
  assert.deepEqual(buffer.done, ["append 1"]);
  assert.equal(told.changed, 0);
});
