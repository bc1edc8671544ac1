// Stretches of time, in order: when a limit was in force, when it was measured.
import { SPANS_LIMIT } from "./limits.ts";

/** From when to when, UTC in seconds. */
export interface Span {
  from: number;
  to: number;
}

/** Spans that grow at their end. What comes beyond the limit of their number is joined to the last, and told. */
export class Spans {
  readonly list: Span[] = [];
  /** There were more than are kept. */
  overfull = false;

  /** Adds a span that does not begin before the last one did; one that begins within `gap` of it is part of it. */
  add({ from, to }: Span, gap: number): void {
    const last = this.list.at(-1);
    if (last && from <= last.to + gap) last.to = Math.max(last.to, to);
    else if (last && this.list.length >= SPANS_LIMIT) {
      this.overfull = true;
      last.to = to;
    } else this.list.push({ from, to });
  }
}

/** One list of all, those that touch joined. */
export function joined(spans: readonly Span[]): Span[] {
  const all = new Spans();
  // Joining makes no more of them than there were.
  for (const span of spans.toSorted((a, b) => a.from - b.from)) all.add({ ...span }, 0);
  return all.list;
}

/** The parts of `spans` that no span of `taken` covers; those shorter than `least` are let go. */
export function without(spans: readonly Span[], taken: readonly Span[], least: number): Span[] {
  const covers = joined(taken);
  const left: Span[] = [];
  for (const { from, to } of joined(spans)) {
    let at = from;
    for (const cover of covers) {
      if (cover.to <= at || cover.from >= to) continue;
      if (cover.from > at) left.push({ from: at, to: cover.from });
      at = Math.max(at, cover.to);
    }
    if (at < to) left.push({ from: at, to });
  }
  return left.filter((span) => span.to - span.from > least);
}

export const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { from, to }) => sum + to - from, 0);
