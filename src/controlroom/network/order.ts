// In which order networks stand: the busiest first, and nobody jumps about because a number changed a little. Pure.
import { REORDER_BEYOND } from "../limits.ts";
import type { NetworkRow } from "./view.ts";

/** As they were shown last, newcomers behind; all anew, by viewers, when a row has outgrown the one above by far. */
export function orderOf(rows: readonly NetworkRow[], shown: readonly string[]): NetworkRow[] {
  const place = new Map(shown.map((id, index) => [id, index]));
  const at = ({ id }: NetworkRow): number => place.get(id) ?? shown.length;
  const kept = rows.toSorted((one, other) => at(one) - at(other) || byViewers(one, other));
  const outgrown = kept.some((row, index) => {
    const above = kept[index - 1];
    return above !== undefined && row.viewers > above.viewers * (1 + REORDER_BEYOND);
  });
  return outgrown ? rows.toSorted(byViewers) : kept;
}

const byViewers = (one: NetworkRow, other: NetworkRow): number =>
  other.viewers - one.viewers ||
  one.name.localeCompare(other.name) ||
  one.id.localeCompare(other.id);
