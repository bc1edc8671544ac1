// A cue as it comes: the text of one event or of one numbered object, judged before anything believes it.
import {
  CUE_FIELD_NAME_LIMIT,
  CUE_FIELD_TEXT_LIMIT,
  CUE_FIELDS_LIMIT,
  CUE_REACH_MS,
  CUE_TEXT_LIMIT,
} from "./limits.ts";

/** Every kind, with how long after its frame a cue of it is still worth showing, ms: odds of a minute ago mislead. */
export const usefulMs = {
  goal: 60_000,
  card: 60_000,
  var: 60_000,
  score: 60_000,
  push: 60_000,
  odds: 5_000,
  chat: 15_000,
} as const;

export type CueKind = keyof typeof usefulMs;

/** A timed event of the match. Instants are UTC, ms. */
export interface Cue {
  /** From 1 without a gap. */
  readonly seq: number;
  /** The capture time of the frame that it belongs to. */
  readonly mediaTimeMs: number;
  readonly kind: CueKind;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
  /** When it was entered. */
  readonly enteredMs: number;
}

/** Why a text is no cue: rows for counters and for readers. */
export const cueRefusals = {
  "too-long": "longer than a cue can be",
  "not-json": "not a JSON object",
  "other-version": "of a version that this client does not know",
  "other-kind": "of a kind that this client does not know",
  "bad-number": "without a number of its own, or under another's",
  "bad-time": "without a media time, or with one far from its entry",
  "bad-data": "with data that is not a small flat record",
} as const;

export type CueRefusal = keyof typeof cueRefusals;

/** What a text was: a cue, or why it is none, with its number where it told one. */
export type Reading = { cue: Cue } | { refused: CueRefusal; seq: number | null };

/** Reads a cue; where it is known which one was asked for, `seq`, it has to be that. */
export function readCue(text: string, seq: number | null = null): Reading {
  if (text.length > CUE_TEXT_LIMIT) return { refused: "too-long", seq: null };
  const fields = recordIn(text);
  if (!fields) return { refused: "not-json", seq: null };
  const own = fields["seq"];
  if (!isNumber(own) || (seq !== null && own !== seq)) return { refused: "bad-number", seq: null };
  const { kind, mediaTimeMs, enteredMs } = fields;
  if (fields["v"] !== 1) return { refused: "other-version", seq: own };
  if (typeof kind !== "string" || !Object.hasOwn(usefulMs, kind))
    return { refused: "other-kind", seq: own };
  if (!isNumber(mediaTimeMs) || !isNumber(enteredMs)) return { refused: "bad-time", seq: own };
  if (Math.abs(mediaTimeMs - enteredMs) > CUE_REACH_MS) return { refused: "bad-time", seq: own };
  const data = dataOf(fields["data"]);
  if (!data) return { refused: "bad-data", seq: own };
  return { cue: { seq: own, mediaTimeMs, kind: kind as CueKind, data, enteredMs } };
}

/** Numbers that a stream says are not to be had, both ends included; `count` null: nobody knows how many were cues. */
export interface LostNumbers {
  readonly from: number;
  readonly to: number;
  readonly count: number | null;
}

/** Reads the stream's word on lost numbers; null for what is none. */
export function readLost(text: string): LostNumbers | null {
  const { v, from, to, count } = recordIn(text.slice(0, CUE_TEXT_LIMIT)) ?? {};
  if (v !== 1 || !isNumber(from) || !isNumber(to) || to < from) return null;
  if (count === null) return { from, to, count };
  return Number.isSafeInteger(count) && (count as number) >= 0
    ? { from, to, count: Math.min(count as number, to - from + 1) }
    : null;
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

function recordIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function dataOf(value: unknown): Cue["data"] | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  if (
    entries.length > CUE_FIELDS_LIMIT ||
    !entries.every(([name, field]) => name.length <= CUE_FIELD_NAME_LIMIT && isScalar(field))
  )
    return null;
  return value as Cue["data"];
}

function isScalar(value: unknown): boolean {
  if (typeof value === "string") return value.length <= CUE_FIELD_TEXT_LIMIT;
  return value === null || typeof value === "boolean" || Number.isFinite(value);
}
