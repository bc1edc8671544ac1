// Listens to the browser's media buffers, whichever player fills them: the instant at which bytes are in the buffer is
// the end of their way. Installed before any player runs.
import type { Track } from "./need.ts";

/** Told after each append: to which track, where its buffer ends on the media timeline, s, and when, monotonic ms. */
export type AppendListener = (append: { track: Track; endS: number; at: number }) => void;

/** Hears of every append of video and sound in this page from now on; `now` is the page's monotonic reading. */
export function tapBuffers(now: () => number, listener: AppendListener): void {
  if (typeof MediaSource === "undefined") return;
  const { prototype } = MediaSource;
  const add = Object.getOwnPropertyDescriptor(prototype, "addSourceBuffer")?.value as (
    this: MediaSource,
    type: string,
  ) => SourceBuffer;
  prototype.addSourceBuffer = function tapped(this: MediaSource, type: string) {
    const buffer = add.call(this, type);
    const track = trackOf(type);
    if (track)
      buffer.addEventListener("updateend", () => {
        const at = now();
        const endS = endOf(buffer);
        if (endS !== null) listener({ track, endS, at });
      });
    return buffer;
  };
}

function trackOf(type: string): Track | null {
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : null;
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
