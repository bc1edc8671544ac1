// Asking a role for its JSON, for tables: an answer, or null when it does not come soon.
import type { z } from "zod";
import { parseMessage } from "#protocol";

/** A role that has not answered by then is shown as silent. */
const ASK_LIMIT_MS = 800;

export async function ask<Schema extends z.ZodType>(
  url: string,
  message: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_LIMIT_MS) });
    return answer.ok ? parseMessage(message, schema, await answer.json()) : null;
  } catch {
    return null;
  }
}
