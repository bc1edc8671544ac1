// A request's head that came in one piece and has nothing unusual: judged in one pass over its bytes.
import { bitOf, LazyFields, nameBit, sameName } from "./fields.ts";
import {
  COLON,
  CR,
  endOfHost,
  endOfPlainPath,
  endOfTarget,
  endOfToken,
  endOfValue,
  LF,
  SP,
} from "./grammar.ts";
import type { RequestHead } from "./requestHead.ts";

const SLASH = 0x2f;
const QUESTION = 0x3f;
const VERSION = Buffer.from(" HTTP/1.1\r\n", "latin1");
const GET = Buffer.from("GET ", "latin1");
const HEAD = Buffer.from("HEAD ", "latin1");
const NO_BODY = { kind: "none" } as const;

/** Fields with a say in where the message ends or what it expects: the reader of lines judges them. */
const framing = ["content-length", "transfer-encoding", "expect"];
const judged = ["host", "connection", ...framing].reduce((bits, name) => bits | bitOf(name), 0);

/** A head and where it ends. */
export interface WholeHead extends RequestHead {
  /** Index behind the head. */
  readonly end: number;
}

/**
 * Reads a head of GET or HEAD that stands whole in `bytes` at `from`. Null for all that is incomplete, unusual or against
 * the rules: the reader of lines judges that, so that there is one place for refusals. What is accepted here is accepted
 * there, with the same outcome.
 */
export function readWholeHead(
  bytes: Buffer,
  from: number,
  limits: { headBytes: number; fields: number; targetBytes: number },
): WholeHead | null {
  const stop = Math.min(bytes.length, from + limits.headBytes);
  const targetFrom = begins(bytes, from, stop, GET) || begins(bytes, from, stop, HEAD);
  if (targetFrom === 0 || bytes[targetFrom] !== SLASH) return null;
  const pathEnd = endOfPlainPath(bytes, targetFrom, stop);
  const asks = pathEnd < stop && bytes[pathEnd] === QUESTION;
  const targetEnd = asks ? endOfTarget(bytes, pathEnd, stop) : pathEnd;
  const fieldsFrom = begins(bytes, targetEnd, stop, VERSION);
  if (fieldsFrom === 0 || targetEnd - targetFrom > limits.targetBytes) return null;
  const section = readSection(bytes, fieldsFrom, stop, limits.fields);
  if (!section) return null;
  const target = bytes.toString("latin1", targetFrom, targetEnd);
  return {
    method: targetFrom - from === GET.length ? "GET" : "HEAD",
    target,
    minor: 1,
    path: asks ? target.slice(0, pathEnd - targetFrom) : target,
    query: asks ? target.slice(pathEnd - targetFrom + 1) : "",
    fields: section.fields,
    framing: NO_BODY,
    keepAlive: section.keepAlive,
    expectsContinue: false,
    end: section.end,
  };
}

/** The index behind `word` when it stands at `at`, with at least one byte behind it; else 0. */
function begins(bytes: Buffer, at: number, stop: number, word: Buffer): number {
  const end = at + word.length;
  if (end >= stop) return 0;
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return 0;
  return end;
}

interface Section {
  readonly fields: LazyFields;
  readonly keepAlive: boolean;
  /** Index behind the empty line. */
  readonly end: number;
}

/** Field lines up to the empty one; null unless each is plain, Host is there once and nothing tells of a body. */
function readSection(bytes: Buffer, from: number, stop: number, most: number): Section | null {
  let names = 0;
  let hosts = 0;
  let connection: boolean | null = null;
  let at = from;
  for (let lines = 0; at + 1 < stop && bytes[at] !== CR; lines++) {
    const colon = endOfToken(bytes, at, stop);
    if (lines === most || colon === at || colon === stop || bytes[colon] !== COLON) return null;
    const end = endOfValue(bytes, colon + 1, stop);
    if (end + 1 >= stop || bytes[end] !== CR || bytes[end + 1] !== LF) return null;
    const bit = nameBit(colon - at, bytes[at] as number, bytes[colon - 1] as number);
    names |= bit;
    if ((bit & judged) !== 0) {
      if (sameName(bytes, at, colon, "host")) {
        hosts++;
        if (!isPlainHost(bytes, colon + 1, end)) return null;
      } else if (sameName(bytes, at, colon, "connection")) {
        if (connection !== null) return null;
        connection = plainConnection(bytes, colon + 1, end);
        if (connection === null) return null;
      } else if (framing.some((name) => sameName(bytes, at, colon, name))) return null;
    }
    at = end + 2;
  }
  if (at + 1 >= stop || bytes[at + 1] !== LF || hosts !== 1) return null;
  return {
    fields: new LazyFields(bytes, { from, to: at, names }),
    keepAlive: connection ?? true,
    end: at + 2,
  };
}

function isPlainHost(bytes: Buffer, from: number, to: number): boolean {
  const begin = bytes[from] === SP ? from + 1 : from;
  return endOfHost(bytes, begin, to) === to;
}

/** True for "keep-alive", false for "close", null for anything else. */
function plainConnection(bytes: Buffer, from: number, to: number): boolean | null {
  const begin = bytes[from] === SP ? from + 1 : from;
  if (sameName(bytes, begin, to, "keep-alive")) return true;
  return sameName(bytes, begin, to, "close") ? false : null;
}
