// A 304 from upstream makes a stored answer fresh (RFC 9111 4.3.3, 4.3.4, 3.2).
import type { HeaderList, ReceivedHeaders } from "#http";
import {
  type Arrival,
  hopFields,
  type ObjectHead,
  namedByConnection,
  readHead,
} from "./objectHead.ts";
import type { StoredObject } from "./store.ts";

/** Fields that speak of the stored bytes: a 304, which has none, does not change them (RFC 9111 3.2). */
const ofTheBytes = new Set([
  ...["content-length", "content-encoding", "content-range", "content-md5", "content-digest"],
  ...["etag", "last-modified"],
]);

/** Fields that tell by which way an answer came: those of the old one are no more true. */
const ofTheWay = new Set(["via", "age", "cmsd-dynamic"]);

/** The conditions that ask whether `head` still is the answer (RFC 9111 4.3.1); none where it has no validator. */
export function conditionsFor(head: ObjectHead): HeaderList {
  const fields: (readonly [string, string])[] = [];
  if (head.etag !== undefined) fields.push(["If-None-Match", head.etag]);
  if (head.lastModified !== undefined) fields.push(["If-Modified-Since", head.lastModified]);
  return fields;
}

/**
 * The stored answer with the fields of the 304 in place of its own of the same name, as old as the 304 is. Null when the 304
 * speaks of another answer: its strong validator is not the stored one (RFC 9111 4.3.4).
 */
export function freshened(
  stored: StoredObject,
  headers: ReceivedHeaders,
  arrival: Arrival,
): StoredObject | null {
  const etag = headers.get("etag");
  if (etag !== undefined && etag !== stored.head.etag && !weaklyEqual(etag, stored.head.etag))
    return null;
  const named = namedByConnection(headers);
  const news = new Map<string, (readonly [string, string])[]>();
  for (const field of headers.entries()) {
    const key = field[0].toLowerCase();
    if (hopFields.has(key) || named.has(key) || ofTheBytes.has(key)) continue;
    news.set(key, [...(news.get(key) ?? []), field]);
  }
  const merged = new Merged([
    ...stored.head.fields.filter(([name]) => {
      const key = name.toLowerCase();
      return !news.has(key) && !ofTheWay.has(key);
    }),
    ...[...news.values()].flat(),
    ["Content-Length", String(stored.body.length)],
  ]);
  return { head: readHead(stored.head.status, merged, arrival), body: stored.body };
}

const weaklyEqual = (left: string, right: string | undefined): boolean =>
  (left.startsWith("W/") || right?.startsWith("W/") === true) &&
  left.replace(/^W\//, "") === right?.replace(/^W\//, "");

/** Fields put together, read like received ones. */
class Merged implements ReceivedHeaders {
  readonly #fields: HeaderList;

  constructor(fields: HeaderList) {
    this.#fields = fields;
  }

  get(name: string): string | undefined {
    const key = name.toLowerCase();
    const values = this.#fields.filter(([other]) => other.toLowerCase() === key);
    return values.length === 0 ? undefined : values.map(([, value]) => value).join(", ");
  }

  entries(): HeaderList {
    return this.#fields;
  }
}
