// Writes the head of a message (RFC 9112 3, 4, 5).
import { invariant } from "#base";
import { reasonPhrase } from "./status.ts";
import type { HeaderList } from "./types.ts";

/** Field lines of `headers`. A value that would begin a new line is a fault of ours: fields from a peer were checked. */
function fieldLines(headers: HeaderList): string {
  let lines = "";
  for (const [name, value] of headers) {
    invariant(!/[\r\n]/.test(value) && !/[\r\n:]/.test(name), `field ${name} breaks its line`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** A status line and its fields, without the empty line that ends the head. */
export const responseHead = (status: number, headers: HeaderList): string =>
  `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${fieldLines(headers)}`;

/** A request line and its fields, with the empty line. */
export const requestHead = (method: string, target: string, headers: HeaderList): string =>
  `${method} ${target} HTTP/1.1\r\n${fieldLines(headers)}\r\n`;

/** The value of `name`, given in lower case, in a list of fields. */
export function fieldOf(headers: HeaderList, name: string): string | undefined {
  for (const [key, value] of headers)
    if (key.length === name.length && key.toLowerCase() === name) return value;
  return undefined;
}
