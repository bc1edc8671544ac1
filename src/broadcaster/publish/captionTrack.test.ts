import assert from "node:assert/strict";
import { test } from "node:test";
import { readFragment, readHeader, type Sample } from "#media/cmaf";
import { partEnd, partIndex, partStart, standardGrid } from "#media/grid";
import { BoxSplitter, readTextSample } from "#media/isobmff";
import { captionLanguages, captionsBetween } from "../testsignal/captions.ts";
import { CaptionTrack } from "./captionTrack.ts";
import type { Fragment } from "./track.ts";

const SEGMENT = 935_053_000;
const [language] = captionLanguages as [(typeof captionLanguages)[number]];

/** What a track makes of two segments. */
function made(): { header: Uint8Array; fragments: Fragment[] } {
  let header = new Uint8Array(0);
  const fragments: Fragment[] = [];
  const listener = {
    header: (bytes: Uint8Array) => void (header = Uint8Array.from(bytes)),
    fragment: (fragment: Fragment) => void fragments.push(fragment),
  };
  const track = new CaptionTrack(language, { grid: standardGrid, listener });
  track.describe();
  const first = partIndex(standardGrid, { segment: SEGMENT, part: 0 });
  for (let index = first; index < first + 12; index += 1) track.end(index);
  assert.deepEqual(track.newest, { segment: SEGMENT + 1, part: 5 });
  assert.equal(track.counters.parts, 12);
  return { header, fragments };
}

function samplesOf(header: Uint8Array, bytes: Uint8Array): readonly Sample[] {
  const boxes = new BoxSplitter().push(bytes);
  const [moof, mdat] = ["moof", "mdat"].map((name) => boxes.find((box) => box.fourcc === name));
  assert.ok(moof && mdat);
  const fragment = { moof: moof.bytes, mdat: mdat.bytes, mdatHeaderLength: mdat.headerLength };
  return readFragment(fragment, readHeader(header).defaults).samples;
}

test("each part is one fragment whose samples cover it to the millisecond", () => {
  const { header, fragments } = made();
  for (const { position, bytes, first, last } of fragments) {
    const samples = samplesOf(header, bytes);
    assert.equal(samples[0]?.dts, partStart(standardGrid, position));
    const lasts = samples.reduce((sum, { duration }) => sum + duration, 0);
    assert.equal(samples[0].dts + lasts, partEnd(standardGrid, position));
    assert.deepEqual([first, last], [position.part === 0, position.part === 5]);
  }
});

test("a cue that spans parts and segments is in each with the same number and name; between cues is silence", () => {
  const { header, fragments } = made();
  const heard = fragments
    .flatMap(({ bytes }) => samplesOf(header, bytes))
    .flatMap((sample) => {
      const [cue] = readTextSample(sample.bytes);
      return [{ from: sample.dts, to: sample.dts + sample.duration, cue }];
    });
  const fromMs = partStart(standardGrid, { segment: SEGMENT, part: 0 });
  const said = captionsBetween(language, { fromMs, toMs: fromMs + 3_840 });
  assert.ok(said.some(({ caption }) => caption === null) && said.length >= 2);
  for (const { fromMs: from, toMs: to, caption } of said) {
    const during = heard.filter((one) => one.from >= from && one.to <= to);
    assert.equal(
      during.reduce((sum, one) => sum + one.to - one.from, 0),
      to - from,
    );
    for (const { cue } of during) {
      assert.equal(cue?.text, caption?.text);
      assert.equal(cue?.sourceId, caption?.index);
      assert.equal(cue?.id, caption ? String(caption.startMs / 1_000) : undefined);
    }
  }
});

test("two broadcasters make the same bytes", () => {
  const [one, other] = [made(), made()];
  assert.deepEqual(one, other);
});
