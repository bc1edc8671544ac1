// Whether the line has room for a better rung: a past part of it is fetched and thrown away.
import type { PageClock } from "../../page/clock.ts";
import { PROBE_DEADLINE_MS } from "./limits.ts";
import { joinPoint, newestAt, type PartGrid, segmentOf } from "./partGrid.ts";
import { type Location, mediaUrl, type Rung, type Track } from "./profile.ts";
import type { Wire } from "./wire.ts";

/** What is tried. */
export interface Probe {
  readonly grid: PartGrid;
  readonly track: Track;
  readonly rung: Rung;
  readonly location: Location;
  readonly wire: Wire;
  readonly clock: Pick<PageClock, "utc" | "monotonic" | "after">;
}

/** What a wait for the first byte may hide of a burst that comes at once: at least this share of the whole counts. */
const LEAST_SHARE = 0.5;

/** Bytes and time of the part; null when it did not come in time. Never rejects. */
export async function measureProbe(
  probe: Probe,
  ended: AbortSignal,
): Promise<{ bytes: number; tookMs: number } | null> {
  const { grid, track, rung, location, wire, clock } = probe;
  const at = joinPoint(grid, newestAt(grid, clock.utc()));
  const segment = segmentOf(grid, at);
  const number = track.firstNumber + segment;
  const url = mediaUrl(location, rung, { number, part: at - segment * grid.perSegment });
  const late = new AbortController();
  const cancel = clock.after(PROBE_DEADLINE_MS, () => late.abort());
  const askedAt = clock.monotonic();
  try {
    const signal = AbortSignal.any([ended, late.signal]);
    const body = await wire.get(url, { signal, patienceMs: PROBE_DEADLINE_MS });
    let [bytes, firstAt] = [0, askedAt];
    for (let piece = await body.next(); piece !== null; piece = await body.next()) {
      if (bytes === 0) firstAt = clock.monotonic();
      bytes += piece.length;
    }
    const now = clock.monotonic();
    return { bytes, tookMs: Math.max(now - firstAt, (now - askedAt) * LEAST_SHARE) };
  } catch {
    return null;
  } finally {
    cancel();
  }
}
