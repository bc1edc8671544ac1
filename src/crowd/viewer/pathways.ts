// From a steering answer to the edges it names, best first (rfc8216bis 7.2; ETSI TS 103 998 6). Pure.
import { z } from "zod";
import type { EdgeAddress } from "./edgeAddress.ts";
import { STEERED_EDGES_LIMIT, STEERING_USUAL_TTL_S } from "./limits.ts";

const name = z.string().min(1).max(256);

/** As much of an answer as a viewer needs; what else a director says is not looked at. */
const answerSchema = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive().default(STEERING_USUAL_TTL_S),
  "RELOAD-URI": z.string().max(4_096).optional(),
  "PATHWAY-PRIORITY": z.array(name).min(1).max(1_024),
  "PATHWAY-CLONES": z
    .array(
      z.object({
        "BASE-ID": name,
        ID: name,
        "URI-REPLACEMENT": z.object({ HOST: z.string().max(256).optional() }),
      }),
    )
    .max(1_024)
    .optional(),
});
export type SteeringAnswer = z.infer<typeof answerSchema>;

/** An edge under the name that steering gives it. */
export interface Place {
  readonly name: string;
  readonly edge: EdgeAddress;
}

/** What an answer says; null when it is none. */
export function readSteering(text: string): SteeringAnswer | null {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The edges that `answer` names, best first, as far as they are known or cloned from one that is. `known`: the address of a
 * name that manifest or session told; null: none did. `edgeOf` may throw for an address that cannot be used.
 */
export function placesOf(
  answer: SteeringAnswer,
  context: { known: (name: string) => string | null; edgeOf: (base: string) => EdgeAddress },
): Place[] {
  const clones = new Map<string, string>();
  const addressOf = (id: string): string | null => clones.get(id) ?? context.known(id);
  for (const { "BASE-ID": base, ID: id, "URI-REPLACEMENT": by } of answer["PATHWAY-CLONES"] ?? []) {
    const address = addressOf(base);
    if (address !== null && URL.canParse(address)) clones.set(id, cloned(address, by.HOST));
  }
  const places: Place[] = [];
  for (const id of answer["PATHWAY-PRIORITY"]) {
    if (places.length >= STEERED_EDGES_LIMIT) break;
    const address = addressOf(id);
    if (address === null) continue;
    try {
      const edge = context.edgeOf(address);
      if (!places.some((place) => place.edge === edge)) places.push({ name: id, edge });
    } catch {
      // An address that this viewer cannot use, such as one for TLS: the next one may do.
    }
  }
  return places;
}

/** HOST may have a port: edges of one machine differ in nothing else. Parameters concern no crowd, whose paths are its own. */
function cloned(address: string, host: string | undefined): string {
  const url = new URL(address);
  if (host) url.host = host;
  return url.href;
}

/** What stands before `/{channel}/` in an address of the channel: the base address of its edge. */
export function baseOf(address: string, channel: string): string {
  const { origin, pathname } = new URL(address);
  const at = `${pathname}/`.indexOf(`/${channel}/`);
  return origin + (at > 0 ? pathname.slice(0, at) : "");
}
