// A log read line by line, in bounded memory: records as they come, and what could not be read.
import { createReadStream } from "node:fs";
import { logFilesIn } from "../files.ts";
import type { LoggedContract, LoggedDecision, LoggedMeasure } from "../sink.ts";
import { LINE_LENGTH_LIMIT } from "./limits.ts";

/** A record as it was written; `at` is UTC in seconds. */
export type LogRecord =
  | {
      readonly kind: "start";
      readonly at: number;
      readonly log: string;
      readonly edges: readonly { readonly id: string; readonly in: number | null }[];
    }
  | ({ readonly kind: "decision"; readonly at: number } & Omit<LoggedDecision, "why">)
  | ({ readonly kind: "contract"; readonly at: number } & LoggedContract)
  | ({ readonly kind: "measure"; readonly at: number } & LoggedMeasure)
  | {
      readonly kind: "lost";
      readonly at: number;
      readonly decision: number;
      readonly contract: number;
      readonly measure: number;
    };

/** What a folder held. */
export interface ReadCounts {
  files: number;
  bytes: number;
  records: number;
  /** Last lines without an end: a process that died while it wrote. */
  torn: number;
  /** Lines that are no record. */
  strange: number;
}

export const noCounts = (): ReadCounts => ({ files: 0, bytes: 0, records: 0, torn: 0, strange: 0 });

/** The records of a folder, file by file. Rejects when the folder or a file cannot be read. */
export async function* readLog(folder: string, counts: ReadCounts): AsyncIterable<LogRecord[]> {
  for (const { path } of await logFilesIn(folder)) {
    counts.files += 1;
    yield* readFile(path, counts);
  }
}

/** Records by the chunk they came in: a turn for each single one would cost more than reading it. */
async function* readFile(path: string, counts: ReadCounts): AsyncIterable<LogRecord[]> {
  const decoder = new TextDecoder();
  let rest = "";
  /** Inside a line that is longer than any record: skipped to its end. */
  let skipping = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    const bytes = chunk as Uint8Array;
    counts.bytes += bytes.length;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    const records: LogRecord[] = [];
    for (const line of lines) {
      const record = skipping ? null : recordOf(line);
      if (record) records.push(record);
      else counts.strange += 1;
      skipping = false;
    }
    if (rest.length > LINE_LENGTH_LIMIT) {
      skipping = true;
      rest = "";
    }
    counts.records += records.length;
    yield records;
  }
  if (rest !== "" || skipping) counts.torn += 1;
}

type Fields = Readonly<Record<string, unknown>>;
const number = (value: unknown): value is number => typeof value === "number";
const text = (value: unknown): value is string => typeof value === "string";
const numberOrNull = (value: unknown): boolean => value === null || number(value);
const textOrNull = (value: unknown): boolean => value === null || text(value);
const list = (value: unknown, each: (fields: Fields) => boolean): boolean =>
  Array.isArray(value) &&
  value.every((one) => typeof one === "object" && one !== null && each(one as Fields));
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);

/** What each kind of record has to have to be judged; what else it has is let be. */
const forms: Readonly<Record<LogRecord["kind"], (fields: Fields) => boolean>> = {
  start: ({ log, edges }) =>
    text(log) && list(edges, (edge) => text(edge["id"]) && numberOrNull(edge["in"])),
  decision: ({ session, prefix, asn, edge, class: pathClass, mbps }) =>
    text(session) &&
    textOrNull(prefix) &&
    numberOrNull(asn) &&
    text(edge) &&
    text(pathClass) &&
    number(mbps),
  contract: ({ asn, version, footprints, limits }) =>
    number(asn) &&
    text(version) &&
    list(footprints, (one) => text(one["id"]) && texts(one["prefixes"])) &&
    list(limits, (one) => text(one["id"]) && numberOrNull(one["mbps"]) && texts(one["footprints"])),
  measure: ({ asn, measuredMbps }) => number(asn) && number(measuredMbps),
  lost: ({ decision, contract, measure }) =>
    number(decision) && number(contract) && number(measure),
};

function recordOf(line: string): LogRecord | null {
  if (line.length > LINE_LENGTH_LIMIT) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const fields = value as Fields;
  const { kind, at } = fields;
  if (!number(at) || !text(kind) || !Object.hasOwn(forms, kind)) return null;
  return forms[kind as LogRecord["kind"]](fields) ? (value as LogRecord) : null;
}
