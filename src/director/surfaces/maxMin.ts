// Max-min fairness (Bertsekas, Gallager, Data Networks 6.5.2): who asks for less than the level gets it all, the others
// get the level.

/** The level at which `amount` is used up by `demands`; Infinity when there is enough for all. */
export function levelOf(demands: readonly number[], amount: number): number {
  const ascending = Float64Array.from(demands).sort();
  let left = amount;
  for (const [index, demand] of ascending.entries()) {
    const equal = left / (ascending.length - index);
    if (demand > equal) return equal;
    left -= demand;
  }
  return Number.POSITIVE_INFINITY;
}
