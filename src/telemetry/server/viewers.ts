// Who is watching, by what they say of themselves (CMCD event mode), and no longer than they say it.
import type { MonoMs } from "#base";
import type { Summary } from "#protocol";
import { cmcdKeys, cmcdNumber, type CmcdRecord, cmcdText } from "#telemetry/cmcd";
import { NAME_LENGTH_LIMIT, VIEWER_FRESH_MS, VIEWER_SILENCE_MS, VIEWERS_LIMIT } from "./limits.ts";
import type { Watcher } from "./way.ts";
import type { ViewerWord } from "./words.ts";

interface Viewer {
  protocol: string;
  edge: string;
  network: string;
  rendition: string;
  /** Capture to screen, ms; null when the player cannot know it. */
  glassToGlassMs: number | null;
  /** CMCD `ltc`, which starts at the origin and not at the camera. */
  sinceOriginMs: number | null;
  bufferMs: number;
  stalls: number;
  seenAt: MonoMs;
}

const protocols: Readonly<Record<string, string>> = { d: "dash", h: "hls", s: "smooth" };
const nobody: Watcher = { edge: null, protocol: "viewer", glassToGlassMs: null };

/** The table of viewers. */
export class Viewers {
  readonly #viewers = new Map<string, Viewer>();

  get count(): number {
    return this.#viewers.size;
  }

  /**
   * Takes one event of a session, with the word read off it. Keys that it lacks keep what was said before: events need
   * not repeat what has not changed. False when the table is full and does not hold the session.
   */
  take(session: string, said: { event: CmcdRecord; word: ViewerWord }, now: MonoMs): boolean {
    const before = this.#viewers.get(session);
    if (!before && this.#viewers.size >= VIEWERS_LIMIT) return false;
    this.#viewers.set(session, updated(before, said, now));
    return true;
  }

  /** What is known of a viewer at `now`. */
  watcher(session: string, now: MonoMs): Watcher {
    const viewer = this.#viewers.get(session);
    if (!viewer) return nobody;
    const fresh = now - viewer.seenAt <= VIEWER_FRESH_MS;
    return {
      edge: viewer.edge || null,
      protocol: viewer.protocol || "viewer",
      glassToGlassMs: fresh ? viewer.glassToGlassMs : null,
    };
  }

  /** Forgets who has been silent too long at `now`. */
  expire(now: MonoMs): void {
    for (const [session, viewer] of this.#viewers)
      if (now - viewer.seenAt > VIEWER_SILENCE_MS) this.#viewers.delete(session);
  }

  /** The table at `now`. A viewer whose latency nobody knows yet is left out of it until one is known. */
  list(now: MonoMs): Summary["viewers"] {
    const rows: Summary["viewers"] = [];
    for (const [session, viewer] of this.#viewers) {
      const { glassToGlassMs, sinceOriginMs, seenAt, ...said } = viewer;
      const latencyMs = glassToGlassMs ?? sinceOriginMs;
      if (latencyMs === null) continue;
      const latencyFrom = glassToGlassMs === null ? "origin" : "camera";
      rows.push({ session, ...said, latencyMs, latencyFrom, seenMsAgo: Math.round(now - seenAt) });
    }
    return rows;
  }
}

function updated(
  before: Viewer | undefined,
  { event, word }: { event: CmcdRecord; word: ViewerWord },
  now: MonoMs,
): Viewer {
  const text = (key: string): string | null =>
    cmcdText(event, key)?.slice(0, NAME_LENGTH_LIMIT) ?? null;
  const format = text("sf");
  return {
    protocol: text(cmcdKeys.protocol) ?? (format && protocols[format]) ?? before?.protocol ?? "",
    edge: text(cmcdKeys.edge) ?? before?.edge ?? "",
    network: text(cmcdKeys.network) ?? before?.network ?? "",
    rendition: text(cmcdKeys.rendition) ?? before?.rendition ?? "",
    glassToGlassMs:
      word.latencyMs === undefined ? (before?.glassToGlassMs ?? null) : word.latencyMs,
    sinceOriginMs: cmcdNumber(event, "ltc") ?? before?.sinceOriginMs ?? null,
    bufferMs: cmcdNumber(event, "bl") ?? before?.bufferMs ?? 0,
    stalls: word.stalls ?? before?.stalls ?? 0,
    seenAt: now,
  };
}
