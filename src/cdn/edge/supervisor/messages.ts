// What a supervisor and its edge process say to each other, over the channel between parent and child.

/** Number of inherited sockets, in the child's environment; their descriptors begin at {@link FIRST_FD}, as systemd's do. */
export const SOCKETS_VARIABLE = "REGISTA_LISTEN_FDS";
/** After standard input, output and error. */
export const FIRST_FD = 3;

/** From the edge process. */
export type ChildMessage =
  | { readonly ready: { readonly url: string } }
  | { readonly failed: { readonly why: string } }
  /** It goes on, but wants a successor. */
  | { readonly roll: { readonly why: string } };

/**
 * To the edge process: accept no more, finish what is under way, end. In a `handover` a successor serves already and speaks
 * for the edge, so that the one who leaves is silent to the director; at the `end` there is none, and the director is told.
 */
export interface DrainMessage {
  readonly drain: { readonly kind: DrainKind; readonly limitMs: number };
}
export type DrainKind = "handover" | "end";

/** The descriptors that a supervisor handed to this process; null when there is none. */
export function inheritedSockets(environment: NodeJS.ProcessEnv): readonly number[] | null {
  const count = Number(environment[SOCKETS_VARIABLE] ?? 0);
  if (!Number.isInteger(count) || count < 1) return null;
  return Array.from({ length: count }, (_, index) => FIRST_FD + index);
}

/** The order to drain, if `message` is one. */
export function readDrain(message: unknown): DrainMessage["drain"] | null {
  if (typeof message !== "object" || message === null || !("drain" in message)) return null;
  return (message as DrainMessage).drain;
}
