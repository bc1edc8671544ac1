// Records as text (RFC 8941 4.1), keys in order as CTA-5004-B asks.
import { telemetryErrors } from "../errors.ts";
import {
  CMCD_QUERY_NAME,
  type CmcdBare,
  type CmcdItem,
  type CmcdRecord,
  type CmcdValue,
  isItem,
  isList,
  tokenKeys,
} from "./values.ts";

/** The largest integer that a structured field can carry (RFC 8941 3.3.1). */
const LARGEST_INTEGER = 999_999_999_999_999;
/** The largest whole part of a decimal (RFC 8941 3.3.2). */
const LARGEST_DECIMAL = 999_999_999_999;

const keyForm = /^[a-z*][a-z0-9_\-.*]*$/;
const tokenForm = /^[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*$/;

/**
 * One record as `key=value,key=value`, keys sorted. True is the bare key. A text keeps printable ASCII; other characters,
 * which a structured field's string cannot carry, are written as `?`. A fraction keeps three places, and none above 10^12.
 * Throws `telemetry/cmcd-unwritable` for a key or a value that has no form.
 */
export function encodeCmcd(record: CmcdRecord): string {
  const members: string[] = [];
  for (const key of Object.keys(record).sort()) {
    if (!keyForm.test(key))
      throw unwritable(key.slice(0, 64), "the key has other characters than it may");
    members.push(member(key, record[key] as CmcdValue));
  }
  return members.join(",");
}

/** The body of a report in event mode: a record a line. */
export function encodeCmcdLines(records: readonly CmcdRecord[]): string {
  return records.map((record) => encodeCmcd(record)).join("\n");
}

/** The query argument of request mode, `CMCD=…`, percent-encoded, without `?` or `&`. */
export function encodeCmcdQuery(record: CmcdRecord): string {
  return `${CMCD_QUERY_NAME}=${encodeURIComponent(encodeCmcd(record))}`;
}

function member(key: string, value: CmcdValue): string {
  if (value === true) return key;
  if (isList(value)) return `${key}=(${value.map((each) => item(key, each)).join(" ")})`;
  if (isItem(value) && value.value === true) return `${key}${params(key, value.params)}`;
  return `${key}=${item(key, value)}`;
}

function item(key: string, value: CmcdBare | CmcdItem): string {
  return isItem(value) ? bare(key, value.value) + params(key, value.params) : bare(key, value);
}

function params(key: string, values: CmcdItem["params"]): string {
  let text = "";
  for (const [name, value] of Object.entries(values)) {
    if (!keyForm.test(name))
      throw unwritable(key, "a parameter's name has other characters than it may");
    text += value === true ? `;${name}` : `;${name}=${bare(name, value, true)}`;
  }
  return text;
}

function bare(key: string, value: CmcdBare, ofParameter = false): string {
  if (typeof value === "number") return numberText(key, value);
  if (typeof value === "boolean") return value ? "?1" : "?0";
  if (typeof value === "object") return tokenText(key, value.token);
  return tokenKeys.has(key) && !ofParameter ? tokenText(key, value) : stringText(value);
}

function numberText(key: string, value: number): string {
  if (!Number.isInteger(value) && Math.abs(value) < LARGEST_DECIMAL)
    return String(Math.round(value * 1_000) / 1_000);
  const whole = Math.round(value);
  if (Math.abs(whole) <= LARGEST_INTEGER) return String(whole + 0);
  throw unwritable(key, "the number is not finite or has more than 15 digits");
}

function tokenText(key: string, token: string): string {
  if (!tokenForm.test(token))
    throw unwritable(key, "the word is empty or has other characters than it may");
  return token;
}

function stringText(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/gu, "?").replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

const unwritable = (key: string, problem: string): Error =>
  telemetryErrors.make("cmcd-unwritable", { key, problem });
