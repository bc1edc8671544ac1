// What a device's player can do to its speed. Pure.

/**
 * `continuous`: any rate within the two. `steps`: only these rates, 1 among them. `none`: the rate is not heard or breaks
 * the picture, so only a seek moves the playhead.
 */
export type DeviceProfile =
  | { kind: "continuous"; slowest: number; fastest: number }
  | { kind: "steps"; rates: readonly number[] }
  | { kind: "none" };

/** Profiles for those who do not measure their own. */
export const deviceProfiles = {
  /** Browsers on computers and phones: WSOLA keeps the pitch; 8 % is not noticed in speech. */
  desktop: { kind: "continuous", slowest: 0.92, fastest: 1.08 },
  /** Television sets: a few speeds in hardware. */
  television: { kind: "steps", rates: [0.92, 0.95, 1, 1.05, 1.08] },
  /** Players that keep their own speed. */
  fixed: { kind: "none" },
} as const satisfies Record<string, DeviceProfile>;
