// Reads tables of address ranges as CSV (RFC 4180): first address, last address, network number, name. A chunk is in
// memory, never the file.
import { type Address, orderOf, parseAddress } from "#network";
import { formatErrors } from "./errors.ts";
import { cut } from "./found.ts";
import { TABLE_LINE_LENGTH_LIMIT, TABLE_LINES_LIMIT } from "./limits.ts";
import { numberedAddress } from "./numberedAddress.ts";

/** Addresses of one network, both ends included. */
export interface TableRow {
  readonly first: Address;
  readonly last: Address;
  readonly asn: number;
  readonly name: string;
}

/** What a table held. */
export interface TableSum {
  readonly rows: number;
  /** Rows of no network: number 0, or none. */
  readonly skipped: number;
}

/** Who takes rows, and the table's name for refusals. */
export interface TableReader {
  readonly file: string;
  readonly take: (row: TableRow) => void;
  /** Told after each chunk: how much was read. */
  readonly onProgress?: ((done: TableSum) => void) | undefined;
}

/**
 * Gives each row of `source`, UTF-8 in chunks of any size, to `take` in the order of the file; a heading is passed over.
 * Throws `formats/table-line` and `formats/too-many-lines`; rows before the mistake were taken by then.
 */
export async function readAsnCsv(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { file, take, onProgress }: TableReader,
): Promise<TableSum> {
  const decoder = new TextDecoder();
  const lines = new Lines(file, take);
  let rest = "";
  for await (const chunk of source) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let at = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
      lines.read(text.slice(at, end));
      at = end + 1;
    }
    rest = text.slice(at);
    if (rest.length > TABLE_LINE_LENGTH_LIMIT) lines.read(rest);
    onProgress?.({ ...lines.sum });
  }
  rest += decoder.decode();
  if (rest !== "") lines.read(rest);
  return lines.sum;
}

class Lines {
  readonly #file: string;
  readonly #take: (row: TableRow) => void;
  readonly sum = { rows: 0, skipped: 0 };
  #line = 0;

  constructor(file: string, take: (row: TableRow) => void) {
    this.#file = file;
    this.#take = take;
  }

  read(line: string): void {
    this.#line += 1;
    if (this.#line > TABLE_LINES_LIMIT)
      throw formatErrors.make("too-many-lines", { file: this.#file, limit: TABLE_LINES_LIMIT });
    if (line.length > TABLE_LINE_LENGTH_LIMIT)
      this.#refuse(`it has more than ${TABLE_LINE_LENGTH_LIMIT} characters`);
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (text === "") return;
    const [from = "", to = "", number = "", name = ""] = fieldsOf(text);
    const begins = readEnd(from);
    if (this.#line === 1 && !begins && !/^(?:AS)?\d*$/i.test(number)) return;
    const first = begins ?? this.#refuse(`${from} is no address`);
    const last = readEnd(to) ?? this.#refuse(`${to} is no address`);
    if (first.family !== last.family) this.#refuse("it begins in one family and ends in the other");
    if (orderOf(last, first) < 0) this.#refuse("it ends before it begins");
    const asn = numberOf(number) ?? this.#refuse(`${number} is no network number`);
    if (asn === 0) this.sum.skipped += 1;
    else {
      this.sum.rows += 1;
      this.#take({ first, last, asn, name: cut(name) });
    }
  }

  #refuse(problem: string): never {
    throw formatErrors.make("table-line", { file: this.#file, line: this.#line, problem });
  }
}

/** An address in writing or as a whole number. */
const readEnd = (text: string): Address | null =>
  /^\d+$/.test(text) ? numberedAddress(text) : parseAddress(text);

/** The number of a network, with or without AS before it; 0 where there is none. */
function numberOf(text: string): number | null {
  const digits = text.replace(/^AS/i, "");
  if (digits === "") return 0;
  const asn = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
  return asn <= 4_294_967_295 ? asn : null;
}

/** RFC 4180 2.5 to 2.7, but for line breaks inside quotes: no table has them, and a lost quote would eat the file. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",", 4);
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length && fields.length < 4) {
    if (line[at] === '"') {
      const { text, end } = quoted(line, at);
      fields.push(text);
      at = end + 1;
    } else {
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = end + 1;
    }
  }
  return fields;
}

function quoted(line: string, from: number): { text: string; end: number } {
  let close = line.indexOf('"', from + 1);
  while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
  const last = close < 0 ? line.length : close;
  const text = line.slice(from + 1, last).replaceAll('""', '"');
  const comma = line.indexOf(",", last);
  return { text, end: comma < 0 ? line.length : comma };
}
