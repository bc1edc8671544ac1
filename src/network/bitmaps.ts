// The arithmetic of a node of the trie: sets of 64 bits in two words of 32.

/** Bits of an address that one node looks at. */
export const STRIDE = 6;

/** How many bits are set. */
export function ones(bits: number): number {
  let sum = bits - ((bits >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many bits below `bit` are set in the set whose words are `low` and `high`. */
export function rank(low: number, high: number, bit: number): number {
  return bit < 32 ? ones(low & ((1 << bit) - 1)) : ones(low) + ones(high & ((1 << (bit - 32)) - 1));
}

/**
 * The prefixes inside a node that cover each of its 64 places, as sets: two words a place. A prefix of `n` bits (0 to 5)
 * whose bits are `b` has the number `2^n + b`, so that of those that cover a place the longest has the highest number.
 */
export const coverSets: Int32Array = (() => {
  const sets = new Int32Array(2 << STRIDE);
  for (let place = 0; place < 1 << STRIDE; place += 1)
    for (let number = (place | (1 << STRIDE)) >>> 1; number > 0; number >>>= 1)
      sets[2 * place + (number >>> 5)] =
        (sets[2 * place + (number >>> 5)] as number) | (1 << (number & 31));
  return sets;
})();
