// Chance under a seed: the same crowd comes again.

/** A number in [0, 1), another at each call. */
export type Chance = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): 2³² numbers, good enough to spread arrivals; nothing secret hangs on it. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers from 0 to `length` − 1 in an order of chance (Fisher and Yates). */
export function shuffled(length: number, chance: Chance): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}
