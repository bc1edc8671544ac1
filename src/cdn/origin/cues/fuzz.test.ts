import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ms } from "#base";
import { cueSchema, parseJson } from "#protocol";
import { Recorder, requestOf, staged, START } from "./cueOriginStage.ts";
import { ENTRIES_PER_S } from "./limits.ts";

const entry = JSON.stringify({
  v: 1,
  kind: "goal",
  mediaTimeMs: START + 30_000,
  data: { team: "home", __proto__x: null, minute: 67.5, own: false },
});

test("ten thousand mutated entries are numbered or refused with a reason, never worse", async () => {
  const { cues, clock } = staged();
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(entry.length - 1),
      fc.nat(6),
      fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("__proto__", "1e999", "\\u0000", "{{")),
      async (at, cut, splice) => {
        clock.advance(ms(1_000 / ENTRIES_PER_S));
        const reply = new Recorder();
        const body = entry.slice(0, at) + splice + entry.slice(at + cut);
        await cues.enter(requestOf("POST", "/ingest/match/cues", body), reply);
        if (reply.status === 201) {
          taken += 1;
          assert.ok(!reply.body.includes("\n"));
          parseJson("cue", cueSchema, reply.body);
        } else assert.ok([400, 409].includes(reply.status), `${reply.status} ${reply.body}`);
      },
    ),
    { numRuns: 10_000, seed: 4 },
  );
  const { entered, refused, first, next } = cues.status;
  assert.ok(taken > 100);
  assert.deepEqual([entered, next - first], [taken, taken]);
  assert.equal(refused.malformed + refused.outOfTime, 10_000 - taken);
});

test("ten thousand mutated paths are answered once, or are none of these", () => {
  const { cues } = staged();
  const { next } = cues.status;
  const path = `/match/cues/${next + 1}.json`;
  fc.assert(
    fc.property(
      fc.nat(path.length - 1),
      fc.nat(4),
      fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("00", "-1", "%2e", "/../", ".0", "e9")),
      (at, cut, splice) => {
        const reply = new Recorder();
        const mutated = path.slice(0, at) + splice + path.slice(at + cut);
        const mine = cues.answer(requestOf("GET", mutated), reply);
        if (!mine) return assert.ok(!reply.started);
        const held = cues.status.holds.held > 0 && mutated === `/match/cues/${next}.json`;
        assert.ok(held || [200, 404, 410].includes(reply.status), mutated);
      },
    ),
    { numRuns: 10_000, seed: 4 },
  );
});
