// A request's head, judged (RFC 9112 3, 6; RFC 9110 7.2, 8.6, 10.1.1).
import { refusals } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { isDecimal, isHost, isTarget, isToken, listHolds, SP } from "./grammar.ts";
import { HeadReader } from "./head.ts";
import { METHOD_BYTES } from "./limits.ts";
import { checkPath } from "./path.ts";
import type { ReceivedHeaders } from "./types.ts";

/** How the end of a body is known (RFC 9112 6.3). */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/** The three words of a request line. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly minor: 0 | 1;
}

/** A request that may be answered. */
export interface RequestHead extends RequestLine {
  readonly path: string;
  readonly query: string;
  readonly fields: ReceivedHeaders;
  readonly framing: BodyFraming;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
}

const VERSION_BYTES = " HTTP/1.1\r\n".length;

/** A reader for one request's head. */
export function requestHeadReader(limits: {
  headBytes: number;
  fields: number;
  targetBytes: number;
}): HeadReader<RequestLine> {
  return new HeadReader((line) => parseRequestLine(line, limits.targetBytes), {
    headBytes: limits.headBytes,
    fields: limits.fields,
    startLineBytes: METHOD_BYTES + 1 + limits.targetBytes + VERSION_BYTES,
  });
}

function parseRequestLine(line: Buffer, targetBytes: number): RequestLine {
  const first = line.indexOf(SP);
  const second = line.indexOf(SP, first + 1);
  if (first < 0 || second < 0 || !isToken(line, 0, first)) throw refusals.make("bad-request-line");
  const minor = parseVersion(line.toString("latin1", second + 1));
  const method = line.toString("latin1", 0, first);
  // CONNECT has a target form of its own (RFC 9112 3.2.3), which only a proxy needs.
  if (first > METHOD_BYTES || method === "CONNECT") throw refusals.make("unknown-method");
  if (second - first - 1 > targetBytes) throw refusals.make("target-too-long");
  if (!isTarget(line, first + 1, second)) throw refusals.make("bad-target");
  return { method, target: line.toString("latin1", first + 1, second), minor };
}

function parseVersion(text: string): 0 | 1 {
  const found = /^HTTP\/(\d)\.(\d)$/.exec(text);
  if (!found) throw refusals.make(text.includes(" ") ? "bad-request-line" : "bad-version");
  if (found[1] !== "1") throw refusals.make("unknown-version");
  return found[2] === "0" ? 0 : 1; // RFC 9110 2.5: a higher minor version is treated as the highest one known
}

/** What a complete head means. Throws a refusal. */
export function judgeRequest(line: RequestLine, fields: Fields, bodyBytes: number): RequestHead {
  const host = judgeHost(line, fields);
  const target = originForm(line, host);
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  if (path !== "*") checkPath(path);
  const framing = requestFraming(line, fields, bodyBytes);
  const expect = fields.get("expect");
  if (expect !== undefined && expect.toLowerCase() !== "100-continue")
    throw refusals.make("unknown-expectation");
  return {
    method: line.method,
    target,
    minor: line.minor,
    path,
    query: mark < 0 ? "" : target.slice(mark + 1),
    fields,
    framing,
    // HTTP/1.0 connections are closed after the answer, which RFC 9112 9.3 allows whatever they ask for.
    keepAlive: line.minor === 1 && !listHolds(fields.get("connection"), "close"),
    expectsContinue: expect !== undefined && line.minor === 1,
  };
}

function judgeHost(line: RequestLine, fields: Fields): string | undefined {
  const lines = fields.count("host");
  if (lines > 1) throw refusals.make("duplicate-host");
  if (lines === 0) {
    if (line.minor === 1) throw refusals.make("missing-host"); // RFC 9112 3.2
    return undefined;
  }
  const host = fields.get("host") as string;
  if (!isHost(host)) throw refusals.make("bad-host");
  return host;
}

/** RFC 9112 3.2.2: absolute-form must be accepted; it is, where it names the host that the request came to. */
function originForm(line: RequestLine, host: string | undefined): string {
  const { target } = line;
  if (target.startsWith("/")) return target;
  if (target === "*" && line.method === "OPTIONS") return target;
  const found = /^http:\/\/([^/?]*)(.*)$/i.exec(target);
  if (!found)
    throw refusals.make(/^[a-z][a-z\d+.-]*:\/\//i.test(target) ? "foreign-target" : "bad-target");
  const [, authority, rest] = found as unknown as [string, string, string];
  if (authority === "" || (host !== undefined && authority.toLowerCase() !== host.toLowerCase()))
    throw refusals.make("foreign-target");
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function requestFraming(line: RequestLine, fields: Fields, bodyBytes: number): BodyFraming {
  const framing = messageFraming(fields, line.minor) ?? { kind: "none" };
  // RFC 9110 9.3.1, 9.3.2: content in GET and HEAD has no meaning, and is a way to smuggle requests.
  const empty = framing.kind === "none" || (framing.kind === "length" && framing.length === 0);
  if (!empty && (line.method === "GET" || line.method === "HEAD"))
    throw refusals.make("unexpected-body");
  if (framing.kind === "length" && framing.length > bodyBytes)
    throw refusals.make("body-too-large", { limit: bodyBytes });
  return framing;
}

/**
 * What Content-Length and Transfer-Encoding say (RFC 9112 6.1–6.3); null when neither is there. Repeated lengths are
 * refused even where they agree, which RFC 9110 8.6 allows; both fields at once are refused, which RFC 9112 6.1 allows.
 */
export function messageFraming(fields: Fields, minor: 0 | 1): BodyFraming | null {
  const coding = fields.get("transfer-encoding");
  const length = fields.get("content-length");
  if (coding !== undefined) {
    if (length !== undefined) throw refusals.make("length-and-coding");
    if (minor === 0) throw refusals.make("coding-in-http-1-0");
    if (coding.toLowerCase() !== "chunked") throw refusals.make("unknown-coding");
    return { kind: "chunked" };
  }
  if (length === undefined) return null;
  if (fields.count("content-length") > 1) throw refusals.make("duplicate-content-length");
  if (!isDecimal(length)) throw refusals.make("bad-content-length");
  return { kind: "length", length: Number(length) };
}
