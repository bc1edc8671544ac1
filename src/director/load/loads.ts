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
  const unmeasured = [...board.values()].filter(
    ({ measured, toldAt }) => !measured || isOld(toldAt, now),
  );
  if (unmeasured.length === 0) return;
  const drawn = new Map(unmeasured.map(({ id }) => [id, 0]));
  for (const { path, viewers } of audience.cells()) {
    for (const id of path.over) {
      const before = drawn.get(id);
      if (before !== undefined) drawn.set(id, before + viewers * mbps);
    }
  }
  for (const { id, measured, toldMbps } of unmeasured) {
    const own = drawn.get(id) ?? 0;
    board.assume(id, measured ? Math.max(own, toldMbps / board.directors) : own, now);
  }
}

const isOld = (toldAt: MonoMs | null, now: MonoMs): boolean =>
  toldAt !== null && elapsed(toldAt, now) > STALE_AFTER_MS;
