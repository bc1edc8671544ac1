// What a player says of itself in a request's query (CTA-5004-B, request mode). Keys are searched in the text as it came,
// percent-encoded or not: it is done for every request, and decoding it costs more than looking the object up. A key that
// stands within a quoted text is taken for one; a viewer may say of itself what it likes in any case.
import { SESSION_LENGTH } from "../limits.ts";

/** The keys that an edge counts. Absent ones are null or false. */
export interface RequestCmcd {
  /** Session. */
  readonly sid: string | null;
  /** Object type: `m`, `a`, `v`, `av`, `i`, `c`, `tt`, `k`, `o`. */
  readonly ot: string | null;
  /** Buffer length, ms; of version 2's list the first value. */
  readonly bl: number | null;
  /** Measured throughput, kb/s; of version 2's list the first value. */
  readonly mtp: number | null;
  /** The buffer ran dry since the last request. */
  readonly bs: boolean;
  /** Wanted at once: start, seek, or after a dry buffer. */
  readonly su: boolean;
}

const NAME = "CMCD=";

/** How the signs of a record are written, and keys with the signs behind them. */
interface Spelling {
  readonly comma: string;
  readonly quote: string;
  readonly sid: string;
  readonly ot: string;
  readonly bl: string;
  readonly mtp: string;
}
const spelling = (comma: string, equals: string, quote: string): Spelling => ({
  ...{ comma, quote },
  ...{ sid: `sid${equals}${quote}`, ot: `ot${equals}`, bl: `bl${equals}`, mtp: `mtp${equals}` },
});
const bare = spelling(",", "=", '"');
const encoded = spelling("%2C", "%3D", "%22");

/** The report in `query`; null without one, or when it is not percent-encoded text. Never throws. */
export function requestCmcd(query: string): RequestCmcd | null {
  let from = query.indexOf(NAME);
  while (from > 0 && query[from - 1] !== "&") from = query.indexOf(NAME, from + 1);
  if (from < 0) return null;
  const to = query.indexOf("&", from);
  const raw = query.slice(from + NAME.length, to < 0 ? undefined : to);
  if (!raw.includes("%")) return read(raw, bare);
  if (raw.includes("%3D") && !raw.includes("=") && !raw.includes(",")) return read(raw, encoded);
  const text = decoded(raw);
  return text === null ? null : read(text, bare);
}

const read = (text: string, spelled: Spelling): RequestCmcd => ({
  sid: session(text, spelled),
  ot: valueOf(text, spelled.ot, spelled),
  bl: first(valueOf(text, spelled.bl, spelled)),
  mtp: first(valueOf(text, spelled.mtp, spelled)),
  bs: isSet(text, "bs", spelled),
  su: isSet(text, "su", spelled),
});

/** Index behind `key` where it begins a member of the record; -1 when it is not there. */
function behindKey(text: string, key: string, { comma }: Spelling): number {
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1))
    if (at === 0 || text.startsWith(comma, at - comma.length)) return at + key.length;
  return -1;
}

/** What stands behind the key and its "=", up to the next comma. */
function valueOf(text: string, key: string, spelled: Spelling): string | null {
  const from = behindKey(text, key, spelled);
  if (from < 0) return null;
  const to = text.indexOf(spelled.comma, from);
  return text.slice(from, to < 0 ? undefined : to);
}

/** RFC 8941 3.3.6: a bare key is true. */
function isSet(text: string, key: string, spelled: Spelling): boolean {
  const end = behindKey(text, key, spelled);
  return end === text.length || (end > 0 && text.startsWith(spelled.comma, end));
}

/** The text between the quotes, if it is one of an allowed length. */
function session(text: string, spelled: Spelling): string | null {
  const from = behindKey(text, spelled.sid, spelled);
  const to = from < 0 ? -1 : text.indexOf(spelled.quote, from);
  if (to < 0) return null;
  const inner = text.slice(from, to);
  const sid = spelled === encoded && inner.includes("%") ? decoded(inner) : inner;
  return sid !== null && sid.length > 0 && sid.length <= SESSION_LENGTH ? sid : null;
}

/** Null when it is no percent-encoded text. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The first number of `3000`, `(3000;v 2900;a)`; null when there is none. */
function first(value: string | null): number | null {
  if (value === null) return null;
  const from = value.startsWith("(") ? 1 : value.startsWith("%28") ? 3 : 0;
  const number = Number.parseInt(value.slice(from), 10);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
