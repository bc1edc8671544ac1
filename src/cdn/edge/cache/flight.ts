// One fetch from upstream, and who asked for it.
import type { RegistaError } from "#base";
import type { HttpRequest, PendingRequest } from "#http";
import type { Transfer } from "../delivery/transfer.ts";
import { edgeErrors } from "../errors.ts";
import type { Source } from "./cacheStatus.ts";
import type { Asked } from "./policy.ts";
import type { ObjectName } from "./routes.ts";
import type { StoredObject } from "./store.ts";

/** A request that nothing stored answers. */
export interface Want {
  readonly request: HttpRequest;
  readonly name: ObjectName;
  /** The variant that it selects; null when it selects none that can be named. */
  readonly variant: string | null;
  /** Its stale object, to be asked about. */
  readonly stored: StoredObject | null;
}

/** One fetch, and who waits for it. */
export interface Flight extends Want {
  variant: string | null;
  stored: StoredObject | null;
  readonly transfer: Transfer;
  readonly asked: Asked;
  /** Nobody else may join. */
  readonly alone: boolean;
  /** Counts what was sent upstream: what an earlier one brings is not heard. */
  attempt: number;
  pending: PendingRequest | null;
  /** Changed by another request while it was under way: it is not kept (RFC 9111 4.4). */
  invalid: boolean;
}

/** As what the viewer is answered who asked first. */
export const sourceOf = ({ stored, variant, name }: Want, alone: boolean): Source => {
  if (stored) return "expired";
  if (alone) return "alone";
  return variant === name.key ? "miss" : "variant";
};

/** The supply's own sentence where it has one; otherwise what it means to a viewer. */
export function errorOf(
  cause: Error,
  { edge, slow }: { edge: string; slow: boolean },
): RegistaError {
  const { code } = cause as Partial<RegistaError>;
  if (code?.startsWith("edge/") === true) return cause as RegistaError;
  const facts = { edge, why: cause.message };
  return edgeErrors.make(slow ? "upstream-slow" : "upstream-down", facts, cause);
}
