// A request's field section, judged (RFC 9113 8.2, 8.3), then judged as HTTP/1.1's head is.
import { refusals } from "../errors.ts";
import { Fields } from "../fields.ts";
import { METHOD_BYTES } from "../limits.ts";
import { judgeRequest, type RequestHead } from "../requestHead.ts";
import { StreamFault } from "./faults.ts";
import type { FieldSection } from "./hpackDecoder.ts";
import type { HpackField } from "./hpackField.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** As `isTarget` of HTTP/1.1: visible ASCII without "#". */
const TARGET = /^[\x21\x22\x24-\x7e]+$/;
const PSEUDO = [":method", ":scheme", ":authority", ":path"] as const;
type Pseudo = (typeof PSEUDO)[number];

/** The message is malformed (RFC 9113 8.1.1): its stream is reset. */
const malformed = (rule: string): StreamFault => new StreamFault("PROTOCOL_ERROR", rule);

interface SectionParts {
  readonly pseudo: Partial<Record<Pseudo, string>>;
  readonly fields: Fields;
}

/**
 * The request that a section stands for. Throws a StreamFault where the message is malformed, and a refusal where HTTP/1.1
 * would be answered one.
 */
export function judgeSection(
  section: FieldSection,
  limits: { targetBytes: number; bodyBytes: number },
): RequestHead {
  const { pseudo, fields } = partsOf(section.fields);
  if (section.tooLarge) throw refusals.make("head-too-large");
  const method = pseudo[":method"];
  if (method === undefined) throw malformed("8.3.1: no :method");
  if (!TOKEN.test(method)) throw malformed("8.3.1: :method is no token");
  if (method.length > METHOD_BYTES || method === "CONNECT") throw refusals.make("unknown-method");
  const path = pseudo[":path"];
  if (pseudo[":scheme"] === undefined || path === undefined)
    throw malformed("8.3.1: no :scheme or no :path");
  if (!path.startsWith("/") && !(path === "*" && method === "OPTIONS"))
    throw malformed("8.3.1: :path does not begin with a slash");
  if (path.length > limits.targetBytes) throw refusals.make("target-too-long");
  if (!TARGET.test(path)) throw refusals.make("bad-target");
  addHost(pseudo[":authority"], fields);
  return judgeRequest({ method, target: path, minor: 1 }, fields, limits.bodyBytes);
}

/** RFC 9113 8.1: trailers have no pseudo-fields; what they say is not used. */
export function judgeTrailers(section: FieldSection): void {
  for (const { name, flaw } of section.fields) {
    if (flaw !== null) throw malformed(flaw);
    if (name.startsWith(":")) throw malformed("8.1: a pseudo-field in trailers");
  }
}

function partsOf(list: readonly HpackField[]): SectionParts {
  const pseudo: Partial<Record<Pseudo, string>> = {};
  const fields = new Fields();
  let cookies: string | null = null;
  let begun = false;
  for (const { name, value, flaw } of list) {
    if (flaw !== null) throw malformed(flaw);
    if (name.charCodeAt(0) === 0x3a) {
      if (begun) throw malformed("8.3: a pseudo-field after others");
      if (!isPseudo(name)) throw malformed("8.3: a pseudo-field that no request has");
      if (pseudo[name] !== undefined) throw malformed("8.3: a pseudo-field twice");
      pseudo[name] = value;
      continue;
    }
    begun = true;
    // RFC 9113 8.2.3: crumbs are one field to whoever knows only HTTP/1.1.
    if (name === "cookie") cookies = cookies === null ? value : `${cookies}; ${value}`;
    else fields.add(name, value);
  }
  if (cookies !== null) fields.add("cookie", cookies);
  return { pseudo, fields };
}

const isPseudo = (name: string): name is Pseudo => (PSEUDO as readonly string[]).includes(name);

/** One Host for whoever reads fields, as :authority says it; another beside it is a trick (RFC 9113 8.3.1). */
function addHost(authority: string | undefined, fields: Fields): void {
  const host = fields.get("host");
  if (authority === undefined) return;
  if (host === undefined) fields.add("Host", authority);
  else if (host.toLowerCase() !== authority.toLowerCase())
    throw malformed("8.3.1: Host and :authority differ");
}
