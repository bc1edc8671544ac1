// Command-line flags made from a role's schema: scalars as --name VALUE, objects as --name key=value,key=value, lists
// as a flag that may be given again.
import type { Command } from "commander";
import { z } from "zod";
import { cliErrors } from "./errors.ts";

type Shape = Readonly<Record<string, z.ZodType>>;

/** Adds a flag for each field of `shape`. */
export function addFlags(command: Command, shape: Shape): void {
  for (const [name, field] of Object.entries(shape)) {
    const fallback = defaultOf(field);
    const said =
      fallback === undefined || isEmptyList(fallback)
        ? ""
        : ` (default: ${JSON.stringify(fallback)})`;
    const text = `${field.description ?? inner(field).description ?? name}${said}`;
    const flag = `--${kebab(name)} <${placeholder(field)}>`;
    if (inner(field) instanceof z.ZodArray)
      command.option(
        flag,
        `${text}; may be given again`,
        (value: string, before: string[] | undefined) => [...(before ?? []), value],
      );
    else command.option(flag, text);
  }
}

/** The values given as flags, in the shape that the schema expects; the schema itself then judges them. */
export function readFlags(
  given: Readonly<Record<string, unknown>>,
  shape: Shape,
  role: string,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    const value = given[name];
    if (value === undefined) continue;
    values[name] = convert(value as string | string[], field, { role, option: kebab(name) });
  }
  return values;
}

/** Checks options against a role's schema; a refusal names the flag. */
export function checkOptions<Schema extends z.ZodType>(
  role: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw cliErrors.make("bad-option", {
    role,
    option: issue?.path.map((step) => kebab(String(step))).join(".") || "options",
    problem: issue?.message ?? "does not fit",
  });
}

interface Place {
  role: string;
  option: string;
}

function convert(value: string | string[], field: z.ZodType, place: Place): unknown {
  const type = inner(field);
  if (type instanceof z.ZodArray) {
    const { element } = type as z.ZodArray<z.ZodType>;
    return (value as string[]).map((item) => convert(item, element, place));
  }
  const text = value as string;
  if (text === "null") return null;
  if (type instanceof z.ZodObject) return convertObject(text, type.shape, place);
  if (type instanceof z.ZodNumber) return Number(text);
  if (type instanceof z.ZodBoolean) return text === "true";
  return text;
}

function convertObject(text: string, shape: Shape, place: Place): Record<string, unknown> {
  if (text.startsWith("{")) return readJson(text, place);
  const object: Record<string, unknown> = {};
  for (const pair of text.split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 1)
      throw cliErrors.make("bad-option", { ...place, problem: `"${pair}" is not key=value` });
    const key = pair.slice(0, equals);
    const field = shape[key];
    object[key] = field ? convert(pair.slice(equals + 1), field, place) : pair.slice(equals + 1);
  }
  return object;
}

function readJson(text: string, place: Place): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (failure) {
    throw cliErrors.make("bad-option", { ...place, problem: "it is not JSON" }, failure);
  }
}

/** The type beneath defaults, nullability and optionality. */
function inner(field: z.ZodType): z.ZodType {
  if (
    field instanceof z.ZodDefault ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodOptional
  )
    return inner(field.unwrap() as z.ZodType);
  return field;
}

function defaultOf(field: z.ZodType): unknown {
  return field instanceof z.ZodDefault ? field.def.defaultValue : undefined;
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function placeholder(field: z.ZodType): string {
  const type = inner(field);
  if (type instanceof z.ZodArray) return placeholder(type.element as z.ZodType);
  if (type instanceof z.ZodObject) return "key=value,…";
  if (type instanceof z.ZodNumber) return "number";
  if (type instanceof z.ZodEnum) return type.options.join("|");
  return "text";
}

const kebab = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
