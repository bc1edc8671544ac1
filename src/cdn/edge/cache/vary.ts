// Which of an object's variants a request selects (RFC 9111 4.1).
import type { ReceivedHeaders } from "#http";
import { SELECTING_LENGTH } from "./limits.ts";

/** Fields that list preferences, each with its weight: neither case nor order means anything (RFC 9110 12.5). */
const preferences = new Set(["accept", "accept-charset", "accept-encoding", "accept-language"]);

/**
 * The selecting fields of a request as one text: equal for requests that select the same variant. Blanks around commas and
 * semicolons and several lines of one name mean nothing; null where a value is longer than is compared.
 */
export function selection(names: readonly string[], headers: ReceivedHeaders): string | null {
  let text = "";
  for (const name of names) {
    const value = headers.get(name);
    if (value !== undefined && value.length > SELECTING_LENGTH) return null;
    // A field that is absent is not one that is empty.
    text += value === undefined ? "\n-" : `\n+${normal(name, value)}`;
  }
  return text;
}

function normal(name: string, value: string): string {
  const members = value.split(",").map((member) => member.replaceAll(/\s*;\s*/g, ";").trim());
  if (!preferences.has(name)) return members.join(",");
  return members
    .filter((member) => member !== "")
    .map((member) => member.toLowerCase())
    .sort()
    .join(",");
}
