// Requests that change something: once, to one upstream, their body as it comes.
import type { HeaderList, HttpClient, HttpRequest, PendingRequest, ResponseSink } from "#http";
import { UPSTREAM_IDLE_MS } from "../limits.ts";
import { PASSED_HEAD_MS } from "./limits.ts";
import { failureOf, failureOfStatus, type Upstream } from "./upstream.ts";

/** Methods whose meaning expects a body, so that its absence is told (RFC 9110 8.6). */
const bodied = new Set(["POST", "PUT", "PATCH"]);

/** Sends `request` through. Its outcome speaks for the upstream as that of any request does. */
export function pass(
  what: {
    request: HttpRequest;
    headers: HeaderList;
    upstream: Upstream;
    client: Pick<HttpClient, "stream">;
  },
  sink: ResponseSink,
): PendingRequest {
  const { request, headers, upstream, client } = what;
  const { epoch } = upstream.breaker;
  let status = 0;
  upstream.asked();
  const told: ResponseSink = {
    head: (answered, fields) => {
      status = answered;
      const failure = failureOfStatus(answered);
      if (failure) upstream.failed(failure, `it answered ${answered}`, epoch);
      sink.head(answered, fields);
    },
    data: (bytes, chunk) => sink.data(bytes, chunk),
    chunkEnd: (chunk) => sink.chunkEnd(chunk),
    end: () => {
      if (!failureOfStatus(status)) upstream.succeeded(epoch);
      sink.end();
    },
    fail: (error) => {
      const failure = failureOf(error, status > 0);
      if (failure) upstream.failed(failure, error.message, epoch);
      sink.fail(error);
    },
  };
  const options = {
    method: request.method,
    url: upstream.url + request.target,
    headers,
    length: lengthOf(request),
    body: request.body,
    headTimeoutMs: PASSED_HEAD_MS,
    idleTimeoutMs: UPSTREAM_IDLE_MS,
  };
  return client.stream(options, told);
}

/** Bytes of the body; null where its end is told by its coding; undefined: no body, and none expected. */
function lengthOf({ method, headers }: HttpRequest): number | null | undefined {
  const length = headers.get("content-length");
  if (length !== undefined) return Number(length);
  if (headers.get("transfer-encoding") !== undefined) return null;
  return bodied.has(method) ? 0 : undefined;
}
