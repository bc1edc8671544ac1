import assert from "node:assert/strict";
import test from "node:test";
import { allowances, type SeriesKind, type SoakReading, verdictOf } from "./verdict.ts";

const MIB = 2 ** 20;
const MINUTE = 60_000;

/** Sixty minutes of one viewer and one series. */
function hour(
  change: (minute: number) => Partial<SoakReading["viewers"][number]> & {
    spread?: number;
    value?: number;
  },
  kind: SeriesKind = "memory",
): SoakReading[] {
  return Array.from({ length: 60 }, (_, minute) => {
    const { spread = 20, value = 100 * MIB, ...viewer } = change(minute);
    return {
      at: minute * MINUTE,
      viewers: [{ name: "own 0", frames: 1_500, offMs: 5, stalls: 0, ...viewer }],
      spreadP95Ms: spread,
      latencyP50Ms: 1_500,
      series: [{ kind, name: "origin", value }],
    };
  });
}

test("an hour in which nothing grows, drifts or is lost gives no reason to fail", () => {
  assert.deepEqual(verdictOf(hour(() => ({}))), []);
  assert.match(verdictOf([])[0] ?? "", /^Nothing was seen/);
});

test("what fills until it is warm, and rises and falls with its garbage, does not grow", () => {
  const filling = hour((minute) => ({ value: Math.min(minute, 15) * 50 * MIB }));
  const sawtooth = hour((minute) => ({ value: (100 + (minute % 7) * 15) * MIB }));
  assert.deepEqual([...verdictOf(filling), ...verdictOf(sawtooth)], []);
});

test("two MiB more each minute are growth, and so are sockets that are never closed", () => {
  assert.match(
    verdictOf(hour((minute) => ({ value: minute * 2 * MIB })))[0] ?? "",
    /^origin: memory grew by 8\d MiB, allowed are 64 MiB\.$/,
  );
  const sockets = hour((minute) => ({ value: minute * 2 }), "descriptors");
  assert.match(verdictOf(sockets)[0] ?? "", /descriptors grew by 8\d, allowed are 40/);
  assert.ok(allowances["edge memory"] > allowances.memory);
});

test("growth is seen although the last period was broken off before the processes were read", () => {
  const grown = hour((minute) => ({ value: minute * 2 * MIB }));
  const last = grown.at(-1) as SoakReading;
  assert.equal(verdictOf([...grown, { ...last, at: last.at + MINUTE, series: [] }]).length, 1);
});

test("a viewer without a new picture at the end is lost", () => {
  const lost = hour((minute) => (minute > 50 ? { frames: 0 } : {}));
  assert.deepEqual(verdictOf(lost), ["own 0 is lost: it shows no new picture."]);
});

test("a viewer or a spread that stays away is drift; one bad minute is not", () => {
  const one = hour((minute) => (minute === 30 ? { offMs: 900, spread: 900 } : {}));
  assert.deepEqual(verdictOf(one), []);
  const many = hour((minute) => (minute > 30 ? { offMs: -200, spread: 300 } : {}));
  assert.equal(verdictOf(many).length, 2);
  const unread = hour(() => ({ offMs: null }));
  assert.equal(verdictOf(unread).length, 1);
});
