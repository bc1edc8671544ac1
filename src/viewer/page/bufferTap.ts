// Listens to the browser's media buffers, whichever player fills them: the instant at which bytes are in the buffer is
// the end of their way. Installed before any player runs.

/** Told after each append of video: where the buffer ends on the media timeline, s, and when, monotonic ms. */
export type AppendListener = (bufferedEnd: number, at: number) => void;

/** Hears of every append of video in this page from now on; `now` is the page's monotonic reading. */
export function tapVideoBuffers(now: () => number, listener: AppendListener): void {
  if (typeof MediaSource === "undefined") return;
  const { prototype } = MediaSource;
  const add = Object.getOwnPropertyDescriptor(prototype, "addSourceBuffer")?.value as (
    this: MediaSource,
    type: string,
  ) => SourceBuffer;
  prototype.addSourceBuffer = function tapped(this: MediaSource, type: string) {
    const buffer = add.call(this, type);
    if (type.startsWith("video/"))
      buffer.addEventListener("updateend", () => {
        const at = now();
        const end = endOf(buffer);
        if (end !== null) listener(end, at);
      });
    return buffer;
  };
}

/** A buffer that was taken from its media source throws when asked. */
function endOf(buffer: SourceBuffer): number | null {
  try {
    const { buffered } = buffer;
    return buffered.length === 0 ? null : buffered.end(buffered.length - 1);
  } catch {
    return null;
  }
}
