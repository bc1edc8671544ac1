// A path must mean one thing to everybody on its way (RFC 3986 3.3, 5.2.4, 6.2.2).
import { refusals } from "./errors.ts";

/**
 * Refuses (`http/bad-path`) what two servers could read in two ways: dot segments, also percent-encoded; encoded slashes,
 * backslashes and control bytes; "//"; and a "%" without two hexadecimal digits.
 */
export function checkPath(path: string): void {
  if (path.includes("//") || path.includes("\\")) throw refusals.make("bad-path");
  if (path.includes("%")) checkEncodings(path);
  if (!path.includes(".") && !path.includes("%")) return;
  for (const segment of path.split("/")) {
    const plain = segment.replaceAll(/%2e/gi, ".");
    if (plain === "." || plain === "..") throw refusals.make("bad-path");
  }
}

function checkEncodings(path: string): void {
  for (let at = path.indexOf("%"); at >= 0; at = path.indexOf("%", at + 3)) {
    const digits = path.slice(at + 1, at + 3);
    if (!/^[\da-f]{2}$/i.test(digits)) throw refusals.make("bad-path");
    const code = Number.parseInt(digits, 16);
    if (code < 0x20 || code === 0x7f || code === 0x2f || code === 0x5c)
      throw refusals.make("bad-path");
  }
}
