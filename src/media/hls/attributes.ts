// Attribute lists (rfc8216bis 4.2) and the decimal numbers in them.
import { hlsErrors } from "./errors.ts";
import { ATTRIBUTES_LIMIT } from "./limits.ts";

/** Attributes by name, as written: strings keep their quotes. */
export type AttributeMap = ReadonlyMap<string, string>;

/** Milliseconds as decimal seconds, exact to 10 µs and without trailing zeros: 320 → `0.32`. */
export function seconds(durationMs: number): string {
  return String(Number((durationMs / 1000).toFixed(5)));
}

const forbidden = /["\p{Cc}]/u;

/** A quoted-string. @throws hls/bad-value for what it cannot hold */
export function quoted(text: string): string {
  return `"${plain(text)}"`;
}

/** Text as it may stand in a line or between quotes. @throws hls/bad-value for what it cannot hold */
export function plain(text: string): string {
  if (text === "" || forbidden.test(text))
    throw hlsErrors.make("bad-value", { what: JSON.stringify(text) });
  return text;
}

/** `NAME=value,…`; attributes whose value is null are left out. */
export function attributeList(
  attributes: readonly (readonly [string, string | number | null])[],
): string {
  return attributes
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

const attribute = /([A-Z0-9-]{1,64})=("[^"]*"|[^",]*)(?:,|$)/y;

/** Reads an attribute list; null when it is malformed, repeats a name or is too long. */
export function readAttributes(text: string): AttributeMap | null {
  const attributes = new Map<string, string>();
  for (let at = 0; at < text.length; at = attribute.lastIndex) {
    attribute.lastIndex = at;
    const [, name, value] = attribute.exec(text) ?? [];
    if (name === undefined || value === undefined || attributes.has(name)) return null;
    if (attributes.size >= ATTRIBUTES_LIMIT) return null;
    attributes.set(name, value);
  }
  return text.endsWith(",") ? null : attributes;
}

/** What a quoted-string holds; null when it is none. */
export function unquoted(value: string | undefined): string | null {
  return value !== undefined && /^"[^"]+"$/.test(value) ? value.slice(1, -1) : null;
}

/** A decimal-integer (up to 2^53); null when it is none. */
export function wholeNumber(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Decimal seconds as milliseconds; null when it is no such number. */
export function milliseconds(value: string | undefined): number | null {
  if (value === undefined || !/^\d{1,9}(?:\.\d{1,12})?$/.test(value)) return null;
  return Number((Number(value) * 1000).toFixed(2));
}
