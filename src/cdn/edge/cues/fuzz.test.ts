import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FieldList } from "../workers/fieldList.ts";
import { CueStage } from "./cueStage.ts";
import { streamChannel, wishOf } from "./query.ts";

/** `text` with a piece cut out and another put in. */
const mutated = (text: string, odd: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(5),
      fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(...odd)),
    )
    .map(([at, cut, splice]) => text.slice(0, at) + splice + text.slice(at + cut));

test("ten thousand mutated addresses and last ids are read or refused, never worse", () => {
  const query = "from=1795301664120&cohort=it%2Froma&CMCD=sid%3D%22a%22";
  fc.assert(
    fc.property(
      mutated(query, ["%", "%00", "&from=", "__proto__", "1e9"]),
      fc.option(mutated("1795301664120", ["-", " ", "9".repeat(20)])),
      (mutant, last) => {
        const fields = last === null ? [] : [["Last-Event-ID", last] as const];
        const wish = wishOf(mutant, new FieldList(fields));
        if ("bad" in wish) return assert.ok(["from", "cohort"].includes(wish.bad));
        assert.ok(wish.from === null || Number.isSafeInteger(wish.from));
        assert.ok(wish.cohort === null || /^[a-z]{2}\/[\w-]+$/.test(wish.cohort));
      },
    ),
    { numRuns: 10_000, seed: 4 },
  );
});

test("ten thousand mutated paths name a channel's stream, or none", () => {
  fc.assert(
    fc.property(mutated("/match/cues/live", ["/", "..", "%2f", "?"]), (path) => {
      const channel = streamChannel(path);
      assert.ok(channel === null || path === `/${channel}/cues/live`);
    }),
    { numRuns: 10_000, seed: 4 },
  );
});

test("ten thousand mutated objects from upstream are told on one line, or lost by number: each number once", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  let sent = 0;
  const object = (): string =>
    JSON.stringify({
      ...{ v: 1, seq: stage.origin.next, mediaTimeMs: 1_795_301_664_000, kind: "goal" },
      data: { text: "a\u2028b", minute: 3 },
    });
  await fc.assert(
    fc.asyncProperty(
      mutated(object(), ["\n\nid: 7", "\r", "{", "null", '","v":2']),
      async (text) => {
        sent += 1;
        const fits = text.replace(/"seq":\d+/, `"seq":${stage.origin.next}`);
        stage.origin.put(stage.origin.next, sent % 2 === 0 ? fits : text);
        if (sent % 20 === 0) await stage.pass(50);
      },
    ),
    { numRuns: 10_000, seed: 4 },
  );
  await stage.pass(60_000, 500);
  const { counts } = stage.hub.figures;
  assert.equal(counts.followed + counts.lost, sent);
  assert.ok(counts.followed > 100 && counts.lost > 100);
  assert.equal(listener.cues.length, counts.followed);
  assert.deepEqual(listener.cues, [...new Set(listener.cues)]);
  for (const line of listener.text.split("\n"))
    assert.match(line, /^(|:|retry: \d+|id: \d+|event: (hello|cue|lost)|data: \{[^\r]*\})$/);
});
