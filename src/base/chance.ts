// Chance under a seed: what chance did once, it does again.

/** A number in [0, 1), another at each call. */
export type Chance = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): 2³² numbers, good enough to spread and to break things; nothing secret hangs on it. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers from 0 to below the one asked for. */
export function numbersOf(seed: number): (below: number) => number {
  const chance = chanceOf(seed);
  return (below) => Math.floor(chance() * below);
}
