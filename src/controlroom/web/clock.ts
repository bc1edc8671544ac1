// The page's only reader of clocks and setter of timers.

/** Now, UTC ms. */
export const now = (): number => Date.now();

/** Calls `work` each `ms`; the returned function ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

/** Hours, minutes and seconds of the viewer's own day. */
export const wallClock = (at: number): string => new Date(at).toLocaleTimeString("en-GB");
