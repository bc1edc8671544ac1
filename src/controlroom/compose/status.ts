// Reads the status pages of broadcaster and origin for what they have: they are the parties' own, and may be foreign.
import { ENCODERS_LIMIT } from "../limits.ts";
import type { Status } from "../inputs.ts";

/** An object under a key; empty when there is none. */
const under = (status: Status, key: string): Status => {
  const value = status[key];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Status)
    : {};
};
/** The objects of a list under a key. */
const listUnder = (status: Status, key: string): Status[] => {
  const value = status[key];
  return Array.isArray(value)
    ? value.filter((each): each is Status => typeof each === "object" && each !== null)
    : [];
};
const numberIn = (status: Status, key: string): number | null => {
  const value = status[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};
const textIn = (status: Status, key: string): string | null => {
  const value = status[key];
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : null;
};

/** What the broadcaster says of its source. */
export interface SourceWord {
  readonly name: string;
  /** False when it says that no pictures come. */
  readonly live: boolean;
  /** What comes in, and what is made of it; null when it does not say. */
  readonly pictures: string | null;
  readonly why: string | null;
}

/** `source` with `input`, `state`, `why`; null when the status has none. */
export function sourceOf(status: Status): SourceWord | null {
  const source = under(status, "source");
  const state = textIn(source, "state");
  if (state === null) return null;
  return {
    name: textIn(source, "input") ?? "source",
    live: state === "live",
    pictures:
      [textIn(source, "conversion"), textIn(source, "pictures")].find(
        (text) => text !== null && text !== "none",
      ) ?? null,
    why: textIn(source, "why"),
  };
}

/** Where the time on the pictures comes from: unless the broadcaster says "arrival", the camera. */
export const captureIs = (status: Status | null): "camera" | "arrival" =>
  status && textIn(status, "captureIs") === "arrival" ? "arrival" : "camera";

/** What the broadcaster says of one encoder process. */
export interface EncoderWord {
  readonly name: string;
  /** `running`, or what it is instead. */
  readonly state: string;
  readonly replacements: number;
  readonly behindMs: number | null;
  readonly why: string | null;
  readonly json: Status;
}

/** `encoders`, each with `name`, `state`, `restarts`. */
export const encodersOf = (status: Status): EncoderWord[] =>
  listUnder(status, "encoders")
    .slice(0, ENCODERS_LIMIT)
    .map((encoder, index) => ({
      name: textIn(encoder, "name") ?? `encoder ${index + 1}`,
      state: textIn(encoder, "state") ?? "running",
      replacements: numberIn(encoder, "restarts") ?? 0,
      behindMs: numberIn(encoder, "behindMs"),
      why: textIn(encoder, "lastError"),
      json: encoder,
    }));

/** How often encoders were replaced since the broadcaster started; null when it does not say. */
export function replacementsOf(status: Status): number | null {
  const encoders = encodersOf(status);
  if (encoders.length === 0) return null;
  return encoders.reduce((sum, { replacements }) => sum + replacements, 0);
}

/** The tracks that the broadcaster pushes, and those of them that the origin takes now. */
export function pushesOf(status: Status): {
  tracks: number;
  connected: number;
  why: string | null;
} {
  const ingests = listUnder(status, "renditions").map((rendition) => under(rendition, "ingest"));
  const connected = ingests.filter((ingest) => ingest["connected"] === true);
  const why =
    ingests.map((ingest) => textIn(ingest, "lastError")).find((each) => each !== null) ?? null;
  return { tracks: ingests.length, connected: connected.length, why };
}

/** What the origin says of its renditions, less text, which nobody waits for: how many, and how far behind the camera the newest part of each is. */
export function renditionsOf(status: Status): {
  count: number;
  behindMs: number | null;
  ready: boolean;
} {
  const renditions = listUnder(status, "renditions").filter(({ kind }) => kind !== "text");
  const behind = renditions.flatMap((rendition) => numberIn(rendition, "behindMs") ?? []);
  return {
    count: renditions.length,
    behindMs: behind.length === 0 ? null : Math.max(...behind),
    ready: status["ready"] !== false,
  };
}
