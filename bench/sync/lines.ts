// How the tabs of this benchmark are reached, and how wrong their clocks are.
import type { Impairment } from "../../test/support/impairedLink.ts";
import type { FalseClock } from "../../test/support/falseClock.ts";

/** Clocks as devices have them, and two that nobody has set: by the number of the tab. */
const falseClocks: readonly Pick<FalseClock, "offsetMs" | "ratePpm">[] = [
  { offsetMs: 5_000, ratePpm: 50 },
  { offsetMs: -5_000, ratePpm: -50 },
  { offsetMs: 1_370, ratePpm: -35 },
  { offsetMs: -2_810, ratePpm: 20 },
  { offsetMs: 4_090, ratePpm: -50 },
  { offsetMs: -640, ratePpm: 50 },
  { offsetMs: 3 * 3_600_000, ratePpm: -15 },
  { offsetMs: -7 * 3_600_000, ratePpm: 40 },
];

export const falseClockOf = (tab: number): (typeof falseClocks)[number] =>
  falseClocks[tab % falseClocks.length] as (typeof falseClocks)[number];

/**
 * Access lines of one city, each slower towards the viewer than from it. What the two ways differ by, no exchange of
 * timestamps can see: half of it is an error of the tab's clock (RFC 5905 8).
 */
export const cityLines: readonly Impairment[] = [
  { upMs: 5, downMs: 45, jitterMs: 8 },
  { upMs: 5, downMs: 40, jitterMs: 8 },
  { upMs: 6, downMs: 36, jitterMs: 6 },
  { upMs: 4, downMs: 30, jitterMs: 6 },
  { upMs: 8, downMs: 30, jitterMs: 4 },
  { upMs: 5, downMs: 25, jitterMs: 4 },
  { upMs: 10, downMs: 28, jitterMs: 4 },
  { upMs: 4, downMs: 20, jitterMs: 4 },
];

export const cityLineOf = (tab: number): Impairment =>
  cityLines[tab % cityLines.length] as Impairment;

/** What the paths alone keep two of these viewers apart, ms. */
export function unseenSpreadMs(lines: readonly Impairment[]): number {
  const errors = lines.map(({ upMs, downMs }) => (downMs - upMs) / 2);
  return Math.max(...errors) - Math.min(...errors);
}

/** Four networks; two viewers in each. */
export const networkProfiles = {
  near: { upMs: 5, downMs: 15, jitterMs: 5 },
  far: { upMs: 40, downMs: 80, jitterMs: 120 },
  stalling: {
    upMs: 10,
    downMs: 30,
    jitterMs: 20,
    loss: { everyMs: 12_000, leastMs: 200, mostMs: 1_000 },
    silence: { everyMs: 40_000, leastMs: 200, mostMs: 600 },
  },
  narrow: { upMs: 15, downMs: 40, jitterMs: 20 },
} as const satisfies Record<string, Impairment>;
export type NetworkProfile = keyof typeof networkProfiles;

/**
 * The narrow line carries half of what the top rung takes with its sound, for so long: small ladder, 700 and 128 kb/s.
 * The lowest rung takes 308 of these 414 kb/s; without the sound in it, 350 would leave it 13 %.
 */
export const NARROW_MBPS = 0.414;
export const NARROW_FOR_MS = 20_000;
