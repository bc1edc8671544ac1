// What a player says of itself in a request's query (CTA-5004-B, request mode), read in one pass over the text: it is done
// for every request, and the full decoder costs more than the answer.
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
const COMMA = 0x2c;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The report in `query`; null without one, or when it is not percent-encoded text. Never throws. */
export function requestCmcd(query: string): RequestCmcd | null {
  const text = reportOf(query);
  return text === null ? null : read(text);
}

function reportOf(query: string): string | null {
  let from = query.indexOf(NAME);
  while (from > 0 && query[from - 1] !== "&") from = query.indexOf(NAME, from + 1);
  if (from < 0) return null;
  const to = query.indexOf("&", from);
  const raw = query.slice(from + NAME.length, to < 0 ? undefined : to);
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

function read(text: string): RequestCmcd {
  const report = {
    sid: null as string | null,
    ot: null as string | null,
    bl: null as number | null,
    mtp: null as number | null,
    bs: false,
    su: false,
  };
  let at = 0;
  while (at < text.length) {
    const end = keyEnd(text, at);
    const to = text.charCodeAt(end) === EQUALS ? valueEnd(text, end + 1) : end;
    const value = text.slice(end + 1, to);
    switch (text.slice(at, end)) {
      case "sid":
        report.sid = session(value);
        break;
      case "ot":
        report.ot = value;
        break;
      case "bl":
        report.bl = first(value);
        break;
      case "mtp":
        report.mtp = first(value);
        break;
      case "bs":
        report.bs = value !== "?0"; // RFC 8941 3.3.6: a bare key is true
        break;
      case "su":
        report.su = value !== "?0";
        break;
      default:
    }
    at = to + 1;
  }
  return report;
}

/** Index of the sign behind the key that begins at `at`. */
function keyEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length) {
    const sign = text.charCodeAt(end);
    if (sign === EQUALS || sign === COMMA) break;
    end++;
  }
  return end;
}

/** Index of the comma behind the value that begins at `at`; commas within quotes do not end it. */
function valueEnd(text: string, at: number): number {
  let quoted = false;
  let end = at;
  while (end < text.length) {
    const sign = text.charCodeAt(end);
    if (sign === COMMA && !quoted) break;
    if (quoted && sign === BACKSLASH) end++;
    else if (sign === QUOTE) quoted = !quoted;
    end++;
  }
  return Math.min(end, text.length);
}

/** The text between the quotes, if it is one of an allowed length. */
function session(value: string): string | null {
  const inner = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  return inner.length > 0 && inner.length <= SESSION_LENGTH ? inner : null;
}

/** The first number of `3000`, `(3000;v 2900;a)`; null when there is none. */
function first(value: string): number | null {
  const number = Number.parseInt(value.startsWith("(") ? value.slice(1) : value, 10);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
