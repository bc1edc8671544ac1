// Common Media Server Data (CTA-5006) as header values: structured field dictionaries and lists (RFC 8941).

/**
 * What an origin says of an object, the same for all who receive it (CTA-5006, CMSD-Static).
 * `v` is left out: version 1 is meant.
 */
export interface CmsdStatic {
  /** Availability time of the first byte at the origin, ms since 1970. */
  readonly at?: number;
  /** Encoded bit rate, kb/s. */
  readonly br?: number;
  /** Object duration, ms. */
  readonly d?: number;
  /** Held time, ms: how long a blocking request waited at the origin. */
  readonly ht?: number;
  /** Who says so. */
  readonly n?: string;
  /** Object type: manifest, audio, video, init segment, caption or subtitle, timed text in ISO BMFF. */
  readonly ot?: "m" | "a" | "v" | "i" | "c" | "tt";
  /** Streaming format: DASH or HLS; absent for bytes that are both. */
  readonly sf?: "d" | "h";
  /** Stream type: live. */
  readonly st?: "l";
}

/** What a server on the way adds of an answer (CTA-5006, CMSD-Dynamic): only what holds for every receiver alike. */
export interface CmsdDynamic {
  /** Response delay, ms: from the first request to the first byte. */
  readonly rd?: number;
}

/** Keys in alphabetical order; numbers whole, texts quoted, tokens bare. */
const dictionary = (keys: CmsdStatic | CmsdDynamic, join: string): string =>
  Object.entries(keys)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${itemOf(key, value as string | number)}`)
    .join(join);

function itemOf(key: string, value: string | number): string {
  if (typeof value === "number") return String(Math.round(value));
  return key === "n" ? quoted(value) : value;
}

/** RFC 8941 3.3.3: printable ASCII, quotes and backslashes escaped; anything else is dropped. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^ -~]/g, "").replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`;

/** The value of a CMSD-Static field. */
export const cmsdStatic = (keys: CmsdStatic): string => dictionary(keys, ",");

/** The value of a CMSD-Dynamic field: `before`, as the server before said it, and what `node` adds. */
export function cmsdDynamic(before: string | undefined, node: string, keys: CmsdDynamic): string {
  const own = [quoted(node), dictionary(keys, ";")].filter((piece) => piece !== "").join(";");
  return before ? `${before}, ${own}` : own;
}
