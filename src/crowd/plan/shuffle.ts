// An order of chance: the same crowd comes again.
import type { Chance } from "#base";

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
