// Gives a request to its handler and answers for what the handler throws.
import { RegistaError, sentenceOf } from "#base";
import { corsHeaders } from "./cors.ts";
import { serverErrors } from "./errors.ts";
import type { ServerState } from "./serverState.ts";
import type { HeaderList, HttpReply, HttpRequest } from "./types.ts";

/** Fields of an answer that tells an error as JSON. */
export const errorFields: HeaderList = [
  ...corsHeaders,
  ["Content-Type", "application/json"],
  ["Cache-Control", "no-store"],
];

/** For requests without a body: ends at once. */
export const NO_BODY: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** Calls the handler. What it throws is answered, or handed to `broken` when an answer had begun; nothing is thrown on. */
export function runHandler(
  state: ServerState,
  request: HttpRequest,
  reply: HttpReply,
  broken: () => void,
): void {
  const failed = (failure: unknown): void => {
    const error = errorOf(failure, state, request, reply);
    if (error && reply.started) broken();
    else if (error) reply.send(error.status, errorFields, JSON.stringify(error));
  };
  try {
    const answered = state.handler(request, reply);
    if (answered) void answered.catch(failed);
  } catch (failure) {
    failed(failure);
  }
}

/** What the peer is told; null when it has its answer. */
function errorOf(
  failure: unknown,
  state: ServerState,
  request: HttpRequest,
  reply: HttpReply,
): RegistaError | null {
  if (reply.done) {
    state.log.debug(
      { path: request.path, why: sentenceOf(failure) },
      "failed after the answer had ended",
    );
    return null;
  }
  const error =
    failure instanceof RegistaError ? failure : serverErrors.make("handler-failed", {}, failure);
  if (error.status >= 500) state.log.error({ path: request.path, err: failure }, "request failed");
  return error;
}
