// A run as it goes: a line of figures, and the arrivals as a picture that fills.
import type { CrowdNow } from "./report.ts";
import { bitRate, milliseconds, seconds, whole } from "./words.ts";

/** Columns of the picture of arrivals. */
export const PICTURE_WIDTH = 60;

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

export interface ProgressOptions {
  readonly now: CrowdNow;
  readonly viewers: number;
  readonly durationMs: number;
  /** How many come in each step of the run. */
  readonly planned: readonly number[];
}

/** Two lines for a terminal that rewrites them. */
export function progressLines(options: ProgressOptions): string {
  return `${arrivalPicture(options)}\n${progressLine(options)}`;
}

/** One line of figures. */
export function progressLine({ now, viewers, durationMs }: ProgressOptions): string {
  const joins =
    now.joinsPerSecond > 0
      ? `${whole(now.joinsPerSecond)} joins/s (p95 ${milliseconds(now.joinP95Ms ?? 0)})`
      : `${whole(now.joins)} joined`;
  return [
    `${seconds(now.elapsedMs, 0)} of ${seconds(durationMs, 0)}`,
    `${whole(now.playing)} of ${whole(viewers)} playing`,
    joins,
    now.latencyMs === null ? "nobody plays yet" : `${seconds(now.latencyMs)} behind`,
    bitRate(now.mbps),
    `stalls ${whole(now.stalls)}`,
    `errors ${whole(now.errors)}`,
    ...(now.faults > 0 ? [`FAULTS ${whole(now.faults)}`] : []),
    ...(now.lost > 0 ? [`LOST ${whole(now.lost)}`] : []),
  ].join(" · ");
}

/** The planned arrivals as bars; what is past is followed by a mark, what is to come stands behind it. */
export function arrivalPicture({ now, durationMs, planned }: ProgressOptions): string {
  const most = Math.max(1, ...planned);
  const bars = planned.map((joins) =>
    joins === 0 ? " " : (BARS[Math.min(7, Math.floor((joins / most) * 8))] as string),
  );
  const at = Math.min(bars.length, Math.floor((now.elapsedMs / durationMs) * bars.length));
  return `arrivals ${bars.slice(0, at).join("")}│${bars.slice(at).join("")}`;
}
