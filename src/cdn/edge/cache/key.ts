// What of a request names the object: path and query in one spelling (RFC 3986 6.2.2).
import { LISTED_VALUE_LENGTH } from "./limits.ts";

const unreserved = /[\w.~-]/;

/**
 * One spelling of what RFC 3986 6.2.2 calls equivalent: unreserved characters as themselves, hexadecimal digits in upper
 * case. A text with a "%" that encodes nothing stays as it is: decoding around it could make an encoding of it. Dot segments
 * and "//" were refused before, encoded ones too.
 */
export function normalSpelling(text: string): string {
  if (!text.includes("%") || /%(?![\da-f]{2})/i.test(text)) return text;
  return text.replaceAll(/%([\da-f]{2})/gi, (encoded, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return unreserved.test(character) ? character : encoded.toUpperCase();
  });
}

/** The query less the viewer's own report on itself, CMCD (CTA-5004: caches leave it out of their keys); order stays. */
export function withoutReport(query: string): string {
  let rest = query;
  while (rest.startsWith("CMCD=")) {
    const end = rest.indexOf("&");
    rest = end < 0 ? "" : rest.slice(end + 1);
  }
  for (let at = rest.indexOf("&CMCD="); at >= 0; at = rest.indexOf("&CMCD=", at)) {
    const end = rest.indexOf("&", at + 1);
    rest = rest.slice(0, at) + (end < 0 ? "" : rest.slice(end));
  }
  return rest;
}

/**
 * The listed parameters of a query in the list's order, numbers without leading zeros; everything else is dropped. Null
 * when it cannot be read in one way only: a parameter twice, or a value that is no short word.
 */
export function listedQuery(query: string, listed: readonly string[]): string | null {
  if (query === "" || listed.length === 0) return "";
  const found = new Map<string, string>();
  for (const parameter of normalSpelling(query).split("&")) {
    const mark = parameter.indexOf("=");
    const name = mark < 0 ? parameter : parameter.slice(0, mark);
    if (!listed.includes(name)) continue;
    const value = mark < 0 ? "" : parameter.slice(mark + 1);
    if (found.has(name) || value.length > LISTED_VALUE_LENGTH || !/^[\w.~-]+$/.test(value))
      return null;
    found.set(name, /^\d+$/.test(value) ? value.replace(/^0+(?=\d)/, "") : value);
  }
  let text = "";
  for (const name of listed) {
    const value = found.get(name);
    if (value !== undefined) text += `${text === "" ? "" : "&"}${name}=${value}`;
  }
  return text;
}
