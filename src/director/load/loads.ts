// Keeps the board true: what carriers tell, and for what nobody measures what this director's own viewers draw.
import { elapsed, type MonoMs } from "#base";
import { STALE_AFTER_MS } from "../limits.ts";
import type { ToldMeasure } from "../paths/measures.ts";
import type { Audience } from "./audience.ts";
import type { ResourceBoard } from "./board.ts";

/** Takes measures that were told since they were taken last; what is only written is taken for its capacity. */
export function takeMeasures(board: ResourceBoard, told: Iterable<ToldMeasure>, now: MonoMs): void {
  for (const { measure, toldAt } of told) {
    const resource = board.resource(measure.id);
    if (toldAt === null) {
      if (!resource.measured) board.take({ ...measure, usedMbps: null }, now);
    } else if (
      resource.toldAt !== toldAt ||
      resource.up !== measure.up ||
      resource.capacityMbps !== measure.capacityMbps
    ) {
      board.take(measure, toldAt);
    }
  }
}

/** Puts an assumption where no measurement is, or only an old one. To be called each second. */
export function assumeLoads(
  board: ResourceBoard,
  { audience, mbps }: { audience: Audience; mbps: number },
  now: MonoMs,
): void {
  const drawn = new Map<string, number>();
  for (const { path, viewers } of audience.cells())
    for (const id of path.over) drawn.set(id, (drawn.get(id) ?? 0) + viewers * mbps);
  for (const resource of board.values()) {
    const own = drawn.get(resource.id) ?? 0;
    const { measured, toldAt } = resource;
    if (!measured) board.assume(resource.id, own, now);
    else if (toldAt !== null && elapsed(toldAt, now) > STALE_AFTER_MS)
      board.assume(resource.id, Math.max(own, resource.toldMbps / board.directors), now);
  }
}
