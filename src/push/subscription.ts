// One phone's wish to be told: the W3C Push API's PushSubscription, and whose gate holds its cues back.
import { ECDH } from "node:crypto";
import { z } from "zod";
import { sentenceOf } from "#base";
import { PROTOCOL_VERSION } from "#protocol";
import { pushErrors } from "./errors.ts";
import { ENDPOINT_LENGTH_LIMIT } from "./limits.ts";

/** What is sent to phones; odds and chat are for those who watch. */
export const pushedKinds = ["goal", "card", "var", "score", "push"] as const;
export type PushedKind = (typeof pushedKinds)[number];

/** Octets in base64url without padding (RFC 4648 5): `bytes` of them. */
const octets = (bytes: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .refine(
      (text) => Buffer.from(text, "base64url").length === bytes,
      `not ${bytes} bytes in base64url`,
    );

/** A place as edges know it: a country and a name. */
const cohort = z.string().regex(/^[a-z]{2}\/[\w-]{1,48}$/);

/** The body of `POST /subscriptions`. Without `kinds`: all of them. */
const subscriptionSchema = z.object({
  v: z.literal(PROTOCOL_VERSION),
  cohort,
  kinds: z.array(z.enum(pushedKinds)).min(1).max(pushedKinds.length).optional(),
  subscription: z.object({
    endpoint: z.string().max(ENDPOINT_LENGTH_LIMIT),
    expirationTime: z.number().nonnegative().nullish(),
    keys: z.object({ p256dh: octets(65), auth: octets(16) }),
  }),
});

/** A subscription as it is kept. */
export interface Subscription {
  readonly endpoint: string;
  /** The phone's public key and secret, base64url (RFC 8291 2). */
  readonly p256dh: string;
  readonly auth: string;
  readonly cohort: string;
  /** null: every kind. */
  readonly kinds: readonly PushedKind[] | null;
  /** UTC ms after which the push service forgets it; null: it has not said. */
  readonly expiresMs: number | null;
}

/** Reads the body of `POST /subscriptions`. Throws `push/bad-subscription`. */
export function readSubscription(text: string): Subscription {
  const { cohort, kinds, subscription } = valid(subscriptionSchema, text);
  const { endpoint, expirationTime, keys } = subscription;
  try {
    // Throws for a point that is not on the curve: with it no notification could be encrypted.
    ECDH.convertKey(keys.p256dh, "prime256v1", "base64url", "hex", "compressed");
  } catch (failure) {
    const problem = "keys.p256dh is no point of P-256";
    throw pushErrors.make("bad-subscription", { problem }, failure);
  }
  return {
    endpoint,
    ...keys,
    cohort,
    kinds: kinds ?? null,
    expiresMs: expirationTime ?? null,
  };
}

const endingSchema = z.object({ endpoint: z.string().max(ENDPOINT_LENGTH_LIMIT) });

/** Reads the body of `DELETE /subscriptions`: the endpoint alone. Throws `push/bad-subscription`. */
export const readEnding = (text: string): string => valid(endingSchema, text).endpoint;

function valid<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (failure) {
    throw pushErrors.make("bad-subscription", { problem: sentenceOf(failure) }, failure);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const problem = `${issue?.path.join(".") || "the body"}: ${issue?.message ?? "it does not fit"}`;
  throw pushErrors.make("bad-subscription", { problem });
}
