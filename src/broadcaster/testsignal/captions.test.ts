import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  CAPTION_EVERY_MS,
  CAPTION_LASTS_MS,
  captionLanguages,
  captionsBetween,
} from "./captions.ts";

const SEED = 20_261_121;
const EPOCH_NOW = 1_795_301_664_000;
const [italian, english] = captionLanguages as [
  (typeof captionLanguages)[number],
  (typeof captionLanguages)[number],
];

test("a caption begins on a full second of UTC, which it says, and both its ends lie on a frame", () => {
  const [first, silence] = captionsBetween(italian, {
    fromMs: EPOCH_NOW,
    toMs: EPOCH_NOW + CAPTION_EVERY_MS,
  });
  assert.deepEqual([first?.fromMs, first?.toMs], [EPOCH_NOW, EPOCH_NOW + CAPTION_LASTS_MS]);
  assert.deepEqual([silence?.toMs, silence?.caption], [EPOCH_NOW + CAPTION_EVERY_MS, null]);
  assert.match(first?.caption?.text ?? "", /^22:54:24 UTC\n(Roma|Milano): palla al numero \d+, /);
  for (const length of [CAPTION_EVERY_MS, CAPTION_LASTS_MS]) assert.equal(length % 40, 0);
});

test("both languages tell of the same moment", () => {
  const span = { fromMs: EPOCH_NOW, toMs: EPOCH_NOW + 1 };
  const [it, en] = [italian, english].map((one) => captionsBetween(one, span)[0]?.caption);
  assert.equal(it?.index, en?.index);
  assert.deepEqual(it?.text.match(/\d+/g), en?.text.match(/\d+/g));
  assert.notEqual(it?.text, en?.text);
});

test("stretches cover any span without a gap, and say the same wherever it is cut", () => {
  const at = fc.integer({ min: EPOCH_NOW, max: EPOCH_NOW + 86_400_000 });
  fc.assert(
    fc.property(at, fc.nat(9_000), fc.nat(9_000), (fromMs, before, after) => {
      const cut = fromMs + before;
      const toMs = cut + after;
      const whole = captionsBetween(english, { fromMs, toMs });
      let end = fromMs;
      for (const stretch of whole) {
        assert.equal(stretch.fromMs, end);
        assert.ok(stretch.toMs > stretch.fromMs);
        end = stretch.toMs;
      }
      assert.equal(end, toMs);
      const halves = [
        ...captionsBetween(english, { fromMs, toMs: cut }),
        ...captionsBetween(english, { fromMs: cut, toMs }),
      ];
      const said = (stretches: typeof whole): string[] => [
        ...new Set(stretches.flatMap(({ caption }) => caption?.text ?? [])),
      ];
      assert.deepEqual(said(halves), said(whole));
    }),
    { seed: SEED, numRuns: 200 },
  );
});
