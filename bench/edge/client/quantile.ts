/** The value below which `share` of `sorted` lie (nearest rank); NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}
