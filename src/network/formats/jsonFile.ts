// JSON documents of others: read with a limit, judged by a schema, refused with the JSON path.
import type { z } from "zod";
import { sentenceOf } from "#base";
import { formatErrors } from "./errors.ts";

/** The value of `text`. Throws `formats/too-large` and `formats/not-json`. */
export function parseJsonText(text: string, file: string, limit: number): unknown {
  if (text.length > limit) throw formatErrors.make("too-large", { file, limit });
  try {
    return JSON.parse(text);
  } catch (failure) {
    throw formatErrors.make("not-json", { file, why: sentenceOf(failure) }, failure);
  }
}

/** Where a value stands, and what to do when it is wrong. */
export interface JsonPlace {
  readonly file: string;
  /** The path to the value, such as `["net", "data"]`. */
  readonly path?: readonly PropertyKey[];
  readonly cure: string;
}

/** `value` as `schema` describes it; fields that it does not name are ignored. Throws `formats/wrong-shape`. */
export function shaped<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
  place: JsonPlace,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw wrongShape({
    ...place,
    path: [...(place.path ?? []), ...(issue?.path ?? [])],
    problem: issue?.message ?? "it does not fit",
  });
}

/** The refusal of what stands at a place. */
export const wrongShape = ({
  file,
  path = [],
  problem,
  cure,
}: JsonPlace & { problem: string }): Error =>
  formatErrors.make("wrong-shape", { file, place: jsonPath(path), problem, cure });

/** Such as `$.member_list[3].asnum` (RFC 9535 2.7, with names that need no quotes in short form). */
const jsonPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = String(step);
    return /^[A-Za-z_]\w*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, "$");
