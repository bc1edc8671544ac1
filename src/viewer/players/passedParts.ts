// hls.js 1.7 that joins a segment within it, at the start or after a change of edge, waits at that segment's end until
// the parts that it passed over leave the playlist: up to two segments without a byte of the track. A part that was
// passed over counts as a hole, and the track goes on.

/** A part as hls.js lists it. */
export interface ListedPart {
  readonly fragment: { readonly sn: number | string };
  readonly loaded: boolean;
  readonly gap: boolean;
}

/** Marks the parts that stand before a loaded part of their segment and were never loaded. Returns how many. */
export function markPassedParts(parts: readonly ListedPart[] | null): number {
  let marked = 0;
  let loadedSegment: number | string | null = null;
  for (const part of (parts ?? []).toReversed()) {
    if (part.loaded) loadedSegment = part.fragment.sn;
    else if (!part.gap && part.fragment.sn === loadedSegment) {
      Object.assign(part, { gap: true });
      marked += 1;
    }
  }
  return marked;
}
