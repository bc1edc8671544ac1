// Reads the status pages of broadcaster and origin for what they have: they are the parties' own, and may be foreign.
import type { Fact } from "../picture.ts";
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
  readonly why: string | null;
}

/** `source` as an object with `kind`, `state` and `why`, or as a plain text. */
export function sourceOf(status: Status): SourceWord {
  const source = under(status, "source");
  const state = textIn(source, "state") ?? "live";
  return {
    name:
      textIn(source, "input") ??
      textIn(source, "kind") ??
      textIn(status, "input") ??
      textIn(status, "source") ??
      "source",
    live:
      !["lost", "down", "stalled", "filling", "waiting", "failed"].includes(state) &&
      source["live"] !== false,
    why: textIn(source, "why") ?? textIn(source, "problem"),
  };
}

/** How often encoders were replaced since the broadcaster started; null when it does not say. */
export function replacementsOf(status: Status): number | null {
  const encoders = [
    under(status, "encoder"),
    ...listUnder(status, "encoders"),
    ...listUnder(status, "encoder"),
  ];
  const told = encoders.flatMap(
    (encoder) => numberIn(encoder, "replacements") ?? numberIn(encoder, "restarts") ?? [],
  );
  if (told.length > 0) return told.reduce((sum, count) => sum + count, 0);
  const counters = under(status, "counters");
  return (
    numberIn(counters, "encoderReplacements") ??
    numberIn(counters, "encoderRestarts") ??
    numberIn(counters, "restarts")
  );
}

/** What the origin says of its renditions: how many, and how far behind the camera the newest part of each is. */
export function renditionsOf(status: Status): {
  count: number;
  behindMs: number | null;
  ready: boolean;
} {
  const renditions = listUnder(status, "renditions");
  const behind = renditions.flatMap((rendition) => numberIn(rendition, "behindMs") ?? []);
  return {
    count: renditions.length,
    behindMs: behind.length === 0 ? null : Math.max(...behind),
    ready: status["ready"] !== false,
  };
}

/** The first plain numbers of a status page, for a row: those of `counters` after its own. */
export function factsOf(status: Status, limit: number): Fact[] {
  const own = Object.entries(status).filter(([key]) => key !== "v");
  return [...own, ...Object.entries(under(status, "counters"))]
    .filter(
      (entry): entry is [string, number] =>
        typeof entry[1] === "number" && Number.isFinite(entry[1]),
    )
    .slice(0, limit)
    .map(([label, value]) => ({
      label: label.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
      value,
    }));
}
