// The delay by hop, as telemetry knows it, for the bar in the drawer. Pure but for the asking.
import type { HopName, Summary } from "#protocol";
import type { PageClock } from "./clock.ts";

/** Broadcast television's delay in Britain, the line to stay below, ms. */
export const BROADCAST_MS = 8_000;

/** Whose hop it is; each party has its colour. */
export type Party = "broadcaster" | "cdn" | "exchange" | "isp" | "viewer" | "nobody";

/** One piece of the bar. */
export interface Piece {
  hop: HopName | "unexplained";
  label: string;
  party: Party;
  /** The median of the last ten seconds, ms. */
  ms: number;
}

const hops: readonly { hop: HopName; label: string; party: Party }[] = [
  { hop: "encode", label: "encoder", party: "broadcaster" },
  { hop: "fill", label: "part fills", party: "cdn" },
  { hop: "answerable", label: "packager", party: "cdn" },
  { hop: "edge", label: "origin to edge", party: "cdn" },
  { hop: "player", label: "edge to player", party: "isp" },
  { hop: "due", label: "player holds", party: "viewer" },
  { hop: "screen", label: "decode and display", party: "viewer" },
];

/** The bar for a viewer on `edge`, by `protocol`; hops that nobody measured are left out. */
export function delayPieces(
  summary: Pick<Summary, "hops" | "unexplained">,
  viewer: { edge: string | null; edgeClass: string | null; protocol: string | null },
): Piece[] {
  const pieces: Piece[] = [];
  for (const { hop, label, party } of hops) {
    const rows = summary.hops.filter((row) => row.hop === hop);
    const own = rows.find((row) => row.node === viewer.edge || row.node === viewer.protocol);
    const row = own ?? rows[0];
    if (!row) continue;
    const atExchange = hop === "edge" && viewer.edgeClass === "exchange";
    pieces.push({ hop, label, party: atExchange ? "exchange" : party, ms: row.ms.p50 });
  }
  if (summary.unexplained)
    pieces.push({
      hop: "unexplained",
      label: "unexplained",
      party: "nobody",
      ms: summary.unexplained.p50,
    });
  return pieces;
}

/** Asks telemetry each second; null while it does not answer. The returned function ends it. */
export function followSummary(
  telemetryUrl: string,
  clock: PageClock,
  onSummary: (summary: Summary | null) => void,
): () => void {
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`${telemetryUrl}/summary`, {
        cache: "no-store",
        signal: AbortSignal.timeout(2_000),
      });
      const body = (await answer.json()) as Summary;
      onSummary(answer.ok && body.v === 1 && Array.isArray(body.hops) ? body : null);
    } catch {
      onSummary(null);
    } finally {
      asking = false;
    }
  };
  void ask();
  return clock.every(1_000, () => void ask());
}
