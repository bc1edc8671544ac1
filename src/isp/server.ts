// The access network's doors on HTTP.
import { RegistaError, sentenceOf } from "#base";
import type { Log } from "#base/log";
import { type Network, networkSchema, parseJson } from "#protocol";
import { fastify, type FastifyInstance, type FastifyReply } from "fastify";
import { ispErrors } from "./errors.ts";
import { BODY_LIMIT, CONNECTIONS_LIMIT, REQUEST_TIMEOUT_MS } from "./limits.ts";

/** `PUT /limit`: the most that the network wants delivered from now on, Mb/s; null: no limit. */
const limitSchema = networkSchema.pick({ v: true, limitMbps: true });

/** What the doors show and change. */
export interface ServerParts {
  readonly network: () => Network;
  readonly setLimit: (limitMbps: number | null) => void;
  readonly status: () => object;
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly log: Log;
}

/** An unstarted server; the caller listens and closes. */
export function ispServer(parts: ServerParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    frameworkErrors: (failure, _request, reply: unknown) => {
      refuse(reply as FastifyReply, described(failure));
    },
  });
  app.server.maxConnections = CONNECTIONS_LIMIT;
  app.addHook("onRequest", (request, reply, next) => {
    reply.headers({ "access-control-allow-origin": "*", "cache-control": "no-store" });
    if (request.method !== "OPTIONS") return next();
    // PUT is left out: no web page that an operator happens to visit may change the limit.
    reply.headers({
      "access-control-allow-methods": "GET, HEAD",
      "access-control-max-age": "86400",
    });
    reply.code(204).send();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request) => {
    throw ispErrors.make("not-found", { method: request.method, path: request.url });
  });
  app.setErrorHandler((failure, _request, reply) => {
    const error = failure instanceof RegistaError ? failure : described(failure);
    if (error.status >= 500) parts.log.error({ err: failure, code: error.code }, sentenceOf(error));
    refuse(reply, error);
  });
  app.get("/network", () => parts.network());
  app.put("/limit", (request, reply) => {
    const text = typeof request.body === "string" ? request.body : "";
    parts.setLimit(parseJson("limit", limitSchema, text).limitMbps);
    return reply.code(204).send();
  });
  app.get("/status", () => parts.status());
  app.get("/metrics", async (_request, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.metrics()),
  );
  return app;
}

function described(failure: unknown): RegistaError {
  const status = failure instanceof Error && "statusCode" in failure ? failure.statusCode : 500;
  const broken = typeof status === "number" && status >= 400 && status < 500;
  return ispErrors.make(
    broken ? "bad-request" : "failed",
    { problem: sentenceOf(failure) },
    failure,
  );
}

function refuse(reply: FastifyReply, error: RegistaError): void {
  reply.code(error.status).type("application/json").send(JSON.stringify(error));
}
