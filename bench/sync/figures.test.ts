import assert from "node:assert/strict";
import test from "node:test";
import type { Moment } from "../../test/support/frameWatch.ts";
import { awayMs, barcodeToEncodedMs, HELD_MS, placesOf, spreadsOf } from "./figures.ts";
import type { Seen } from "./observe.ts";

const T = 1_800_000_000_000;
/** A frame that was shown 10 ms before the instant, `latencyMs` after it was drawn. */
const moment = (at: number, latencyMs: number | null, more: Partial<Moment> = {}): Moment => ({
  at: T + at,
  shownAt: T + at - 10,
  mediaTime: (T + at - 10 - (latencyMs ?? 0)) / 1_000,
  presented: 1,
  rate: 1,
  drawnAt: latencyMs === null ? null : T + at - 10 - latencyMs,
  flash: null,
  ...more,
});
const tab = (moments: Moment[], lost: string | null = null): Seen => ({
  spectator: { name: "tab" } as Seen["spectator"],
  moments,
  frames: [],
  stalls: [],
  states: [],
  lost,
});

test("a picture that stands still is farther behind at each instant", () => {
  const first = moment(0, 1_500);
  const standing = [0, 250, 500].map((at) => ({ ...first, at: T + at }));
  const latencies = placesOf({ moments: standing }).map(({ latencyMs }) => latencyMs);
  assert.deepEqual(latencies, [1_500, 1_510 + 250 - HELD_MS, 1_510 + 500 - HELD_MS]);
});

test("a picture without a readable barcode is placed by its media time, and not without one near it", () => {
  const unread = moment(250, null, { mediaTime: (T + 250 - 10 - 1_600) / 1_000 });
  assert.deepEqual(
    placesOf({ moments: [unread, moment(0, 1_500), unread] }).map(({ latencyMs }) =>
      Math.round(latencyMs),
    ),
    [1_500, 1_600],
  );
});

test("spread is the first viewer against the last at each instant; who does not count is counted", () => {
  const near = tab([moment(0, 1_500), moment(250, 1_510)]);
  const far = tab([moment(0, 1_530), moment(250, 1_500)]);
  const gone = tab([], "no answer");
  const blind = tab([moment(0, null), moment(250, null)]);
  const { spreads, excluded } = spreadsOf([near, far, gone, blind]);
  assert.deepEqual(spreads, [30, 10]);
  assert.deepEqual(excluded, { "no barcode": 2, lost: 2 });
});

test("a viewer is back when it stays near its target; one that stays away is not", () => {
  const targetAt = (): number => 1_500;
  const at = (latencies: number[]) =>
    placesOf({ moments: latencies.map((latency, index) => moment(index * 250, latency)) });
  const options = { targetAt, withinMs: 100, until: T + 60_000 };
  const steady = Array.from({ length: 12 }, () => 1_510);
  assert.equal(awayMs(at(steady), T, options), 0);
  assert.equal(awayMs(at([1_510, 1_900, 1_700, ...steady]), T, options), 750);
  // Touching the target is not keeping it.
  assert.equal(awayMs(at([1_900, 1_510, 1_900, ...steady]), T, options), 750);
  assert.equal(awayMs(at([1_510, 1_900, 1_900]), T, options), null);
});

test("barcode → encoded is the encoder's hop less the lateness of the paint", () => {
  const hop = { hop: "encode", ms: { p50: 30, p95: 0, p99: 0, n: 1 } };
  const summary = { hops: [hop] } as never;
  const late = moment(0, 1_500, { mediaTime: (T - 10 - 1_500 - 12) / 1_000 });
  assert.equal(Math.round(barcodeToEncodedMs([{ moments: [late] }], [summary]) ?? 0), 18);
  assert.equal(barcodeToEncodedMs([], []), null);
});
