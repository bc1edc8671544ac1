// Which instant of the match a place of the media shows. Pure.
import { ANCHOR_GRAIN_MS, ANCHORS_KEPT } from "./limits.ts";

interface Anchor {
  mediaTimeS: number;
  captureMs: number;
}

/**
 * Joins the player's media time (s) with capture time (UTC ms) by anchors: EXT-X-PROGRAM-DATE-TIME of HLS, prft or
 * availabilityStartTime of DASH. Between two discontinuities one anchor is enough.
 */
export class CaptureTimeline {
  /** In the order of their media time. */
  #anchors: Anchor[] = [];

  /** The frame at `mediaTimeS` was captured at `captureMs`; what is no number is passed over. */
  anchor(mediaTimeS: number, captureMs: number): void {
    if (!Number.isFinite(mediaTimeS) || !Number.isFinite(captureMs)) return;
    const known = this.captureMs(mediaTimeS);
    if (known !== null && Math.abs(known - captureMs) <= ANCHOR_GRAIN_MS) return;
    const others = this.#anchors.filter((each) => each.mediaTimeS !== mediaTimeS);
    others.push({ mediaTimeS, captureMs });
    this.#anchors = others.sort((a, b) => a.mediaTimeS - b.mediaTimeS).slice(-ANCHORS_KEPT);
  }

  /** When the frame at this place was captured; null before the first anchor is known. */
  captureMs(mediaTimeS: number): number | null {
    const anchor =
      this.#anchors.findLast((each) => each.mediaTimeS <= mediaTimeS) ?? this.#anchors[0];
    return anchor ? anchor.captureMs + (mediaTimeS - anchor.mediaTimeS) * 1_000 : null;
  }

  /** The place of what was captured at `captureMs`; where nothing was, the next place after it. Null without an anchor. */
  mediaTimeS(captureMs: number): number | null {
    const at = this.#anchors.findLastIndex((each) => each.captureMs <= captureMs);
    const anchor = this.#anchors[Math.max(0, at)];
    if (!anchor) return null;
    const place = anchor.mediaTimeS + (captureMs - anchor.captureMs) / 1_000;
    const next = at < 0 ? undefined : this.#anchors[at + 1];
    return next ? Math.min(place, next.mediaTimeS) : place;
  }

  /** Another presentation begins: nothing is known of it. */
  clear(): void {
    this.#anchors = [];
  }
}
