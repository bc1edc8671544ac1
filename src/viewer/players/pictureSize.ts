// A small window shows no more than so many lines: what is taller costs the line and the decoder, and nobody sees it.

/** The height of the picture on the screen, in the screen's own pixels; 0 while it has none. */
export const pixelsOf = (video: HTMLVideoElement): number =>
  video.clientHeight * (globalThis.devicePixelRatio || 1);

/** The place of the least rung that fills `pixels` of height; the last when none does. Rungs stand least first. */
export function enoughFor(
  rungs: readonly { readonly height: number | null }[],
  pixels: number,
): number {
  const last = rungs.length - 1;
  if (!(pixels > 0)) return last;
  const enough = rungs.findIndex(({ height }) => (height ?? 0) >= pixels);
  return enough === -1 ? last : enough;
}
