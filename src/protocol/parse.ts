// Messages are validated at both ends; a refusal names the place.
import type { z } from "zod";
import { protocolErrors } from "./errors.ts";
import { PROTOCOL_VERSION } from "./version.ts";

/** `value` as the message `schema` describes. Throws `protocol/malformed` or `protocol/unknown-version`. */
export function parseMessage<Schema extends z.ZodType>(
  message: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const said =
    typeof value === "object" && value !== null && "v" in value ? value.v : PROTOCOL_VERSION;
  if (said !== PROTOCOL_VERSION)
    throw protocolErrors.make("unknown-version", { message, version: String(said) });
  const issue = result.error.issues[0];
  throw protocolErrors.make("malformed", {
    message,
    place: issue?.path.join(".") || "the top",
    problem: issue?.message ?? "it does not fit",
  });
}

/** The same, from JSON text. */
export function parseJson<Schema extends z.ZodType>(
  message: string,
  schema: Schema,
  text: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (failure) {
    throw protocolErrors.make(
      "malformed",
      { message, place: "the top", problem: "it is not JSON" },
      failure,
    );
  }
  return parseMessage(message, schema, value);
}
