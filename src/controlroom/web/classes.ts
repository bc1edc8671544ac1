// How path classes look: in the colour of whose wires they are, and told apart by pattern where two share a colour.
import type { ClassPart } from "../network/view.ts";

/** A class's fill, for a bar's `class` attribute; its rules stand in theme.css. */
export const fillOf = (part: Pick<ClassPart, "class">): string => `fill-${part.class}`;

/** "64 %", "0.4 %"; a dash where there is no whole to be a part of. */
export function percent(share: number | null): { value: string; unit: string } {
  if (share === null) return { value: "–", unit: "" };
  const hundredth = 100 * share;
  const few = hundredth > 0 && hundredth < 1;
  return { value: hundredth.toFixed(few ? 1 : 0), unit: "%" };
}
