// What is contradictory in the network as it was told, as sentences.
import { rangeOf } from "#network";
import type { HomeTable } from "./homes.ts";
import { REPORTS_LIMIT } from "./limits.ts";
import type { Contradiction } from "./order.ts";

/** Contradictions among claims, and between claims and tables; at most {@link REPORTS_LIMIT}, the rest as a number. */
export function contradictionsIn(homes: HomeTable, nameOf: (asn: number) => string): string[] {
  const sentences: string[] = [];
  let more = 0;
  const say = (sentence: string): void => {
    if (sentences.length < REPORTS_LIMIT) sentences.push(sentence);
    else more += 1;
  };
  const sayAll = (contradictions: Iterable<Contradiction>, what: string): void => {
    for (const { prefix, asn, over, inside } of contradictions) {
      const [holds, other] = [nameOf(asn), nameOf(over)];
      const outer =
        inside && `${what}${prefix.text} of ${holds} lies inside ${inside.text} of ${other}`;
      const equal = `${what}${prefix.text} is claimed by ${holds} and by ${other}`;
      say(outer ? `${outer}: the longer prefix holds` : `${equal}: ${holds} is the more trusted`);
    }
  };
  sayAll(homes.claims.contradictions(), "");
  sayAll(homes.footprints.contradictions, "the footprint ");
  for (const { prefix, asn } of homes.claims.held()) {
    const tabled = homes.tabled(rangeOf(prefix).first);
    if (tabled !== null && tabled !== asn)
      say(`${prefix.text} is claimed by ${nameOf(asn)}; the tables give it to ${nameOf(tabled)}`);
  }
  const { contradictions, overLimit } = homes.tableCounts;
  if (contradictions > 0)
    say(`${contradictions} prefixes stand in the tables twice: the first row holds`);
  if (overLimit > 0) say(`${overLimit} prefixes of the tables are beyond the limit and left out`);
  return more > 0 ? [...sentences, `${more} more contradictions of this kind`] : sentences;
}
