// What is measured each second, written down for the audit.
import type { MonoMs } from "#base";
import { type Caches, sentBy } from "../load/caches.ts";
import { deliveredTo, type MapParts } from "../networkMap.ts";
import type { DecisionSink } from "./sink.ts";

/** Writes what networks measured, and what the caches of those did whose limits on them the network does not measure. */
export class MeasureLog {
  readonly #sink: DecisionSink;
  readonly #caches: Caches;
  /** By limit: of which moment the measurement is that was written last. */
  readonly #writtenAt = new Map<string, MonoMs>();

  constructor(sink: DecisionSink, caches: Caches) {
    this.#sink = sink;
    this.#caches = caches;
  }

  /** To be called each second. */
  write(parts: Omit<MapParts, "utcMs">): void {
    const { topology } = parts;
    const { networks, edges } = deliveredTo(parts);
    for (const { asn, mbps: assignedMbps, viewers } of networks.values()) {
      const told = asn === null ? null : topology.toldBy(asn);
      if (asn === null || told === null) continue;
      const measuredMbps = told.message.access.downMbps;
      this.#sink.measure({ asn, measuredMbps, assignedMbps, viewers });
    }
    for (const { measure, sumOfCachesIn } of topology.measures())
      if (sumOfCachesIn !== undefined)
        this.#writeCaches({ asn: sumOfCachesIn, limit: measure.id }, { ...parts, edges });
  }

  /** Once for each measurement; nothing while viewers are at a cache that does not tell what it sends: that is no measurement. */
  #writeCaches(
    { asn, limit }: { asn: number; limit: string },
    {
      board,
      edges,
      now,
    }: Pick<MapParts, "board" | "now"> & Pick<ReturnType<typeof deliveredTo>, "edges">,
  ): void {
    const caches = this.#caches.get(asn) ?? [];
    const sent = sentBy(board, caches, now);
    const viewersAt = (id: string): number => edges.get(id)?.viewers ?? 0;
    if (sent === null || sent.at === this.#writtenAt.get(limit)) return;
    if (sent.mute.some((id) => viewersAt(id) > 0)) return;
    this.#writtenAt.set(limit, sent.at);
    const own = caches.map(({ id }) => edges.get(id)).filter((each) => each !== undefined);
    this.#sink.measure({
      ...{ asn, limit, by: "heartbeats", measuredMbps: sent.mbps },
      assignedMbps: own.reduce((sum, { mbps }) => sum + mbps, 0),
      viewers: own.reduce((sum, { viewers }) => sum + viewers, 0),
    });
  }
}
