// What a CMCD record holds: RFC 8941 values, since CTA-5004-B writes a record as a dictionary of structured fields.

/** A word without quotes (RFC 8941 3.3.4) under a key that CTA-5004-B does not define as one. */
export interface CmcdToken {
  readonly token: string;
}

/** A single value. Integers and decimals are numbers, written with three decimal places at most. */
export type CmcdBare = number | string | boolean | CmcdToken;

/** A value with parameters (RFC 8941 3.1.2): `3000;v` is value 3000 and parameters `{ v: true }`. */
export interface CmcdItem {
  readonly value: CmcdBare;
  readonly params: Readonly<Record<string, CmcdBare>>;
}

/** What stands under a key: a value, a value with parameters, or an inner list of either. */
export type CmcdValue = CmcdBare | CmcdItem | readonly (CmcdBare | CmcdItem)[];

/** One report. Values of {@link tokenKeys} are plain texts here and words on the wire. */
export type CmcdRecord = Record<string, CmcdValue>;

/** The keys whose value CTA-5004-B defines as a token: event, object type, stream format, stream type, player state. */
export const tokenKeys: ReadonlySet<string> = new Set(["e", "ot", "sf", "st", "sta"]);

/** Regista's own keys. A custom key carries a hyphenated prefix in reverse DNS order (CTA-5004-B, Custom key names). */
export const cmcdKeys = {
  /** Capture to screen of the frame shown now, ms. */
  glassToGlass: "it.regista-g2g",
  /** How far from the common moment, ms; positive: behind it. */
  sync: "it.regista-sync",
  /** Bound on the error of the viewer's clock, ms. */
  clockError: "it.regista-clk",
  /** The id of the edge that delivers now. */
  edge: "it.regista-edge",
  /** The viewer's network, by name. */
  network: "it.regista-net",
  /** The rendition on the screen. */
  rendition: "it.regista-rend",
  /** Stalls since the session began. */
  stalls: "it.regista-stalls",
  /** How the stream is played: own, dash, hls or native. */
  protocol: "it.regista-proto",
  /** The viewer's cohort, as its session named it. */
  cohort: "it.regista-co",
  /** The least distance behind the camera that this viewer could hold now, ms: by when its media came of late. */
  need: "it.regista-need",
  /** Cues shown later than {@link CUE_LATE_MS} after their frame, and numbers that never came, since the session began. */
  cuesLate: "it.regista-cuel",
  cuesLost: "it.regista-cuex",
} as const;

/** A cue that is shown later after its frame counts as late, ms. */
export const CUE_LATE_MS = 80;

/** The media type of reports in event mode. */
export const CMCD_MEDIA_TYPE = "application/cmcd";

/** The query argument of request mode. */
export const CMCD_QUERY_NAME = "CMCD";

/** Characters of one record that are read; a full record of every defined key is below 2,000. */
export const CMCD_RECORD_LENGTH_LIMIT = 8_192;

/** Keys of one record that are read; CTA-5004-B defines 54. */
export const CMCD_KEYS_LIMIT = 96;

/** Values of one inner list, or parameters of one value, that are read. */
export const CMCD_LIST_LIMIT = 64;

/** Records of one body that are read. */
export const CMCD_RECORDS_LIMIT = 1_000;

/** The number under `key`; of an inner list, the first. Null when there is none. */
export function cmcdNumber(record: CmcdRecord, key: string): number | null {
  const value = bareOf(record, key);
  return typeof value === "number" ? value : null;
}

/** The text or word under `key`; of an inner list, the first. Null when there is none. */
export function cmcdText(record: CmcdRecord, key: string): string | null {
  const value = bareOf(record, key);
  if (typeof value === "object" && value !== null) return value.token;
  return typeof value === "string" ? value : null;
}

/** Tells an item with parameters from a bare value. */
export const isItem = (value: CmcdBare | CmcdItem): value is CmcdItem =>
  typeof value === "object" && "params" in value;

function bareOf(record: CmcdRecord, key: string): CmcdBare | null {
  if (!Object.hasOwn(record, key)) return null;
  const value = record[key] as CmcdValue;
  const first = isList(value) ? value[0] : value;
  if (first === undefined) return null;
  return isItem(first) ? first.value : first;
}

/** `Array.isArray` that keeps the element type of a readonly list. */
export const isList = (value: CmcdValue): value is readonly (CmcdBare | CmcdItem)[] =>
  Array.isArray(value);
