// As much XML as an MPD needs, read: elements, attributes, text. The writer of the same values: xml.ts. No document types: an
// entity that a document declares for itself could grow without bound.
import type { RegistaError } from "#base";
import { dashErrors } from "./errors.ts";
import { ATTRIBUTES_LIMIT, DEPTH_LIMIT, ELEMENTS_LIMIT, MPD_CHARS_LIMIT } from "./limits.ts";

/** An element as it was read. */
export interface ReadElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly ReadElement[];
  /** Its own text, pieces joined, white space at the ends cut off. */
  readonly text: string;
}

interface Open {
  name: string;
  qualified: string;
  attributes: Map<string, string>;
  children: ReadElement[];
  text: string;
}

/** Reads a document and gives its root. @throws dash/not-an-mpd when it is not well-formed, or beyond the limits */
export function readXml(text: string): ReadElement {
  if (text.length > MPD_CHARS_LIMIT) throw bad(`it has more than ${MPD_CHARS_LIMIT} characters`);
  return new Reader(text).document();
}

const bad = (problem: string): RegistaError => dashErrors.make("not-an-mpd", { problem });

const tagStart = /<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)/y;
const attribute = /\s+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s*(\/?)>/y;

class Reader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;
  #elements = 0;
  #root: ReadElement | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ReadElement {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf("<", this.#at);
      this.#characters(next < 0 ? this.#text.length : next);
      if (next >= 0) this.#markup();
    }
    if (!this.#root || this.#open.length > 0) throw bad("it ends before its root element does");
    return this.#root;
  }

  #characters(end: number): void {
    const raw = this.#text.slice(this.#at, end);
    this.#at = end;
    const inside = this.#open.at(-1);
    if (inside) inside.text += plain(raw);
    else if (raw.replace("\uFEFF", "").trim() !== "") throw bad("it has text outside its root");
  }

  #markup(): void {
    if (this.#text.startsWith("<!--", this.#at)) return this.#skip("-->");
    if (this.#text.startsWith("<?", this.#at)) return this.#skip("?>");
    if (this.#text.startsWith("<![CDATA[", this.#at)) return this.#verbatim();
    const [, slash, name] = this.#match(tagStart) ?? [];
    if (name === undefined) throw bad(`at character ${this.#at} is no element`);
    if (slash !== "/") return this.#begin(name);
    if (this.#match(tagEnd)?.[1] !== "") throw bad(`the end of ${name} does not end`);
    this.#close(name);
  }

  #skip(until: string): void {
    const end = this.#text.indexOf(until, this.#at);
    if (end < 0) throw bad(`it ends before ${until}`);
    this.#at = end + until.length;
  }

  #verbatim(): void {
    const from = this.#at + "<![CDATA[".length;
    this.#skip("]]>");
    const inside = this.#open.at(-1);
    if (!inside) throw bad("it has text outside its root");
    inside.text += this.#text.slice(from, this.#at - "]]>".length);
  }

  #begin(qualified: string): void {
    this.#elements += 1;
    if (this.#root && this.#open.length === 0) throw bad("it has two roots");
    if (this.#elements > ELEMENTS_LIMIT) throw bad(`it has more than ${ELEMENTS_LIMIT} elements`);
    if (this.#open.length >= DEPTH_LIMIT) throw bad(`it is deeper than ${DEPTH_LIMIT} elements`);
    const attributes = this.#attributes(qualified);
    const [, slash] = this.#match(tagEnd) ?? [];
    if (slash === undefined) throw bad(`the tag of ${qualified} does not end`);
    const name = qualified.slice(qualified.indexOf(":") + 1);
    this.#open.push({ name, qualified, attributes, children: [], text: "" });
    if (slash === "/") this.#close(qualified);
  }

  #attributes(of: string): Map<string, string> {
    const attributes = new Map<string, string>();
    for (let found = this.#match(attribute); found; found = this.#match(attribute)) {
      const [, name, double, single] = found;
      if (attributes.has(name as string)) throw bad(`${of} has ${name} twice`);
      if (attributes.size >= ATTRIBUTES_LIMIT) throw bad(`${of} has too many attributes`);
      attributes.set(name as string, plain(double ?? single ?? ""));
    }
    return attributes;
  }

  #close(qualified: string): void {
    const element = this.#open.pop();
    if (element?.qualified !== qualified)
      throw bad(`${qualified} ends where ${element?.qualified ?? "nothing"} is open`);
    const { name, attributes, children, text } = element;
    const done = { name, attributes, children, text: text.trim() };
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(done);
    else this.#root = done;
  }

  #match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text);
    if (found) this.#at = form.lastIndex;
    return found;
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** XML 1.0 4.1 and 4.6: the five names, and numbers. */
function plain(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([A-Za-z]{1,8}));|&/g,
    (_whole, decimal?: string, hexadecimal?: string, name?: string) => {
      const code = Number(decimal ?? (hexadecimal === undefined ? Number.NaN : `0x${hexadecimal}`));
      if (code > 0 && code <= 0x10_ff_ff) return String.fromCodePoint(code);
      const known = name === undefined ? undefined : entities[name];
      if (known === undefined) throw bad("it has an entity that XML does not know");
      return known;
    },
  );
}
