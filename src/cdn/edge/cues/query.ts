// What a listener asks for.
import type { ReceivedHeaders } from "#http";

/** The place to go on from, and the cohort whose gate holds back. */
export interface Wish {
  /** The first number that is wanted; null: what is recent. */
  readonly from: number | null;
  readonly cohort: string | null;
}

const streamPath = /^\/([\w-]{1,64})\/cues\/live$/;
const numberText = /^\d{1,15}$/;
/** A place as the match file names it: a country and a name. */
const cohortText = /^[a-z]{2}\/[\w-]{1,48}$/;

/** The channel of a stream's path; null: it is none. */
export const streamChannel = (path: string): string | null => streamPath.exec(path)?.[1] ?? null;

/**
 * Reads `from` and `cohort`; other parameters are a viewer's own. `Last-Event-ID` is nearer to the truth than the address
 * with which a stream began. Returns the name of what cannot be read.
 */
export function wishOf(query: string, headers: ReceivedHeaders): Wish | { bad: string } {
  const parameters = new URLSearchParams(query);
  const cohort = parameters.get("cohort");
  if (cohort !== null && !cohortText.test(cohort)) return { bad: "cohort" };
  const last = headers.get("last-event-id");
  const from = parameters.get("from");
  // What another stream gave as its last one is no number of ours: then the address counts.
  if (last !== undefined && numberText.test(last)) return { from: Number(last) + 1, cohort };
  if (from !== null && !(numberText.test(from) && Number(from) > 0)) return { bad: "from" };
  return { from: from === null ? null : Number(from), cohort };
}
