// Records as lines: what of a viewer is kept, and in which words.
import { createHash } from "node:crypto";
import { parseAddress, parsePrefix } from "#network";
import { WHY_LENGTH_LIMIT, WHY_LIMIT } from "./limits.ts";
import type { LoggedContract, LoggedDecision, LoggedMeasure } from "./sink.ts";

/** Something that waits to be written; `at` is UTC in ms. */
export type Waiting =
  | { readonly kind: "decision"; readonly at: number; readonly record: LoggedDecision }
  | { readonly kind: "contract"; readonly at: number; readonly record: LoggedContract }
  | { readonly kind: "measure"; readonly at: number; readonly record: LoggedMeasure };

/** How many records of each kind are gone. */
export interface Lost {
  decision: number;
  contract: number;
  measure: number;
}

/** The longest prefix that is kept of a viewer, bits by family: a neighbourhood, not a person. */
const KEPT_BITS = { 4: 24, 6: 48 } as const;

/** The /24 or /48 around a prefix or an address; null for what is neither. */
export function neighbourhood(text: string | null): string | null {
  if (text === null) return null;
  const prefix = parsePrefix(text);
  const place = prefix ?? parseAddress(text);
  if (!place) return null;
  const bits = KEPT_BITS[place.family];
  if (prefix && prefix.length <= bits) return prefix.text;
  const [address] = text.split("/");
  const base = parseAddress(address ?? "");
  return base && (parsePrefix(`${base.text}/${bits}`)?.text ?? null);
}

/** UTC in seconds, to the millisecond. */
const secondsOf = (utcMs: number): number => Math.round(utcMs) / 1_000;

/** A record as a line, without its end. A session becomes a hash that cannot be undone without the salt. */
export function lineOf({ kind, at, record }: Waiting, salt: string): string {
  const head = { at: secondsOf(at), kind };
  if (kind !== "decision") return JSON.stringify({ ...head, ...record });
  const { session, prefix, why, ...rest } = record;
  const hashed = createHash("sha256").update(salt).update(session).digest("hex").slice(0, 16);
  return JSON.stringify({
    ...head,
    session: hashed,
    prefix: neighbourhood(prefix),
    ...rest,
    why: why.slice(0, WHY_LIMIT).map((reason) => reason.slice(0, WHY_LENGTH_LIMIT)),
  });
}

/** A contract that is in force already, for the head of a file. */
export const standingLine = ({ at, record }: { at: number; record: LoggedContract }): string =>
  JSON.stringify({ at: secondsOf(at), kind: "contract", standing: true, ...record });

/** What every file begins with. */
export const startLine = (at: number, facts: object): string =>
  JSON.stringify({ at: secondsOf(at), kind: "start", ...facts });

/** What could not be written before. */
export const lostLine = (at: number, lost: Lost, why: string): string =>
  JSON.stringify({ at: secondsOf(at), kind: "lost", ...lost, why });
