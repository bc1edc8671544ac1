import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistaError } from "#base";
import { cueEntryPath, cuePath } from "#protocol";
import { Recorder, requestOf, staged } from "./cueOriginStage.ts";
import { CUES_HELD_LIMIT, ENTRIES_AT_ONCE } from "./limits.ts";

const PATH = cueEntryPath("match");
const entry = JSON.stringify({ v: 1, kind: "goal" });

test("so many wait for the next cue and no more; all of them get it", async () => {
  const { cues } = staged();
  const path = cuePath("match", cues.status.next);
  const waiting = Array.from({ length: CUES_HELD_LIMIT }, () => new Recorder());
  for (const reply of waiting) cues.answer(requestOf("GET", path), reply);
  const beyond = new Recorder();
  cues.answer(requestOf("GET", path), beyond);
  assert.deepEqual([beyond.status, waiting[0]?.started], [503, false]);
  assert.equal(cues.status.holds.held, CUES_HELD_LIMIT);
  await cues.enter(requestOf("POST", PATH, entry), new Recorder());
  assert.ok(waiting.every(({ status }) => status === 200));
  assert.deepEqual([cues.status.holds.held, cues.status.holds.tooMany], [0, 1]);
});

test("so many entries are read at once and no more; one that comes slowly keeps nobody else out", async () => {
  const { cues } = staged();
  let finish = (): void => undefined;
  const slow = new Promise<void>((resolve) => (finish = resolve));
  async function* slowly(): AsyncGenerator<Uint8Array> {
    await slow;
    yield Buffer.from(entry);
  }
  const replies = Array.from({ length: ENTRIES_AT_ONCE }, () => new Recorder());
  const under = replies.map(async (reply) => {
    await cues.enter(requestOf("POST", PATH, slowly()), reply);
  });
  const beyond = new Recorder();
  await cues.enter(requestOf("POST", PATH, entry), beyond);
  assert.equal(beyond.status, 503);
  finish();
  await Promise.all(under);
  assert.ok(replies.every(({ status }) => status === 201));
  assert.equal(cues.status.refused.busy, 1);
});

test("a body that breaks is no entry, and is counted", async () => {
  const { cues } = staged();
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(entry));
    throw new RegistaError(
      "http/truncated-body",
      { kind: "broke-rules", status: 400, says: "", cure: "" },
      {},
    );
  }
  const reply = new Recorder();
  await cues.enter(requestOf("POST", PATH, broken()), reply);
  const { entered, refused } = cues.status;
  assert.deepEqual([reply.status, entered, refused.broken], [400, 0, 1]);
});
