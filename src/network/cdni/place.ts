// A value inside a JSON document with the way to it, so that a refusal can say where.
import { cdniErrors } from "./errors.ts";
import { NAME_LENGTH_LIMIT } from "./limits.ts";

/** What an advertisement may spend; shared by all places of one document. */
export interface Allowance {
  values: number;
}

const escaped = (step: string | number): string =>
  String(step).replaceAll("~", "~0").replaceAll("/", "~1");

/** One value of a document and where it stands, as a JSON pointer (RFC 6901). */
export class Place {
  readonly value: unknown;
  readonly pointer: string;
  readonly allowance: Allowance;

  constructor(value: unknown, pointer: string, allowance: Allowance) {
    this.value = value;
    this.pointer = pointer;
    this.allowance = allowance;
  }

  /** Refuses the document for what stands here. */
  refuse(problem: string, cure: string): never {
    throw cdniErrors.make("wrong-shape", { place: this.pointer || "the top", problem, cure });
  }

  /** A member of this object; undefined when it has none of that name. Null counts as none (RFC 9241 3.6). */
  member(name: string): Place | undefined {
    const object = this.object();
    if (!Object.hasOwn(object, name)) return undefined;
    const value = object[name];
    return value === null
      ? undefined
      : new Place(value, `${this.pointer}/${escaped(name)}`, this.allowance);
  }

  /** A member that has to be there. */
  need(name: string, cure: string): Place {
    return this.member(name) ?? this.refuse(`"${name}" is missing`, cure);
  }

  object(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return this.refuse("it is not an object", "Write an object: { … }.");
    return value as Record<string, unknown>;
  }

  /** The elements of this array, at most `limit`. */
  array(limit: number): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.refuse("it is not an array", "Write an array: [ … ].");
    if (value.length > limit)
      return this.refuse(
        `it has more than ${limit} elements`,
        "Send fewer, joined where they can be.",
      );
    return value.map((each, index) => new Place(each, `${this.pointer}/${index}`, this.allowance));
  }

  /** Not empty, and no longer than {@link NAME_LENGTH_LIMIT}. */
  string(): string {
    const { value } = this;
    if (typeof value !== "string" || value === "" || value.length > NAME_LENGTH_LIMIT)
      return this.refuse(
        "it is not a text",
        `Write 1 to ${NAME_LENGTH_LIMIT} characters in quotes.`,
      );
    return value;
  }

  /** A whole number that is not negative and exact in a double (RFC 7493 2.2, which RFC 8008 5 asks for). */
  whole(): number {
    const { value } = this;
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      return this.refuse(
        "it is not a whole number of at least 0",
        "Write digits alone, such as 800000000.",
      );
    return value as number;
  }
}
