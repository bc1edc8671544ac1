// Hop stamps of the packager and the origin: when a part filled, and when it was answerable.
import type { Clock } from "#base/clock";
import type { PartReader } from "#packager";
import type { HopReporter } from "#telemetry";

/** Stamps each part that is media, from now on. Returns what stops it. */
export function stampParts(
  store: PartReader,
  to: { reporter: HopReporter; node: string },
  clock: Clock,
): () => void {
  return store.onPart((rendition, part) => {
    if (part.gap) return;
    const { segment, firstByteAt, lastByteAt } = part;
    const what = { channel: store.channel, rendition, segment, part: part.part, node: to.node };
    to.reporter.stamp({ ...what, hop: "fill", firstByteMs: firstByteAt, lastByteMs: lastByteAt });
    const answerableAt = clock.utc();
    to.reporter.stamp({
      ...what,
      hop: "answerable",
      firstByteMs: lastByteAt,
      lastByteMs: answerableAt,
    });
  });
}
