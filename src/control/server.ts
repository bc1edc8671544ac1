// A role's control server: the same manners everywhere, so that a role adds its own doors and nothing else.
import { type Closable, sentenceOf } from "#base";
import type { Log } from "#base/log";
import type { Metrics } from "#telemetry";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type Method, openToPages } from "./cors.ts";
import { controlErrors } from "./errors.ts";
import { BODY_LIMIT, CONNECTIONS_LIMIT, REQUEST_TIMEOUT_MS, TIMEOUT_CHECK_MS } from "./limits.ts";
import { asRegistaError, refuse, refuseBrokenHttp, refuseWithCodes } from "./refusals.ts";

/** How a role shows itself. */
export interface ControlOptions {
  /** As a sentence names it after "the": `director`, `control room`. */
  readonly role: string;
  readonly log: Log;
  /** The largest request body, bytes; default {@link BODY_LIMIT}. A route may set its own. */
  readonly bodyLimit?: number | undefined;
  /** What pages of other origins may use; default GET and HEAD. A route of another method is for operators alone. */
  readonly methods?: readonly Method[] | undefined;
  /** Prefixes of forwarders whose X-Forwarded-For is believed; default none: the socket's own address counts. */
  readonly trustedForwarders?: readonly string[] | undefined;
  /** The answer to `GET /status`. */
  readonly status: () => object;
  /** The answer to `GET /metrics`. */
  readonly metrics: Metrics;
}

/** A control server that has not listened yet. */
export interface ControlServer extends Closable {
  /** Where the role adds its doors. A body comes to them as text: see {@link bodyText}. */
  readonly app: FastifyInstance;
  /**
   * Listens, on 127.0.0.1 where no host is named; resolves with the URL, without a slash at the end. Rejects with
   * `control/cannot-listen`, everything closed.
   */
  listen(endpoint: { host?: string | undefined; port: number }): Promise<string>;
}

/**
 * A server with `/status`, `/metrics` and the manners: open to pages of any origin, nothing cached unless a route says
 * so, every refusal with its code and its cure.
 */
export function controlServer(options: ControlOptions): ControlServer {
  const { role, status, metrics } = options;
  const app = unmanneredServer(options);
  app.server.maxConnections = CONNECTIONS_LIMIT;
  openToPages(app, options.methods ?? ["GET", "HEAD"]);
  app.addHook("onSend", (_request, reply, payload, next) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    next(null, payload);
  });
  // Whatever a browser calls the body (a beacon says text/plain), the path says what it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  refuseWithCodes(app, options);
  app.get("/status", () => status());
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  return { app, listen: (endpoint) => listen({ app, close, role }, endpoint), close };
}

/** The body of a request as its sender wrote it; empty when there was none. */
export const bodyText = (request: FastifyRequest): string =>
  typeof request.body === "string" ? request.body : "";

function unmanneredServer({ role, bodyLimit, trustedForwarders = [] }: ControlOptions) {
  return fastify({
    logger: false,
    bodyLimit: bodyLimit ?? BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    forceCloseConnections: true,
    trustProxy: trustedForwarders.length > 0 ? [...trustedForwarders] : false,
    clientErrorHandler: (failure, socket) => refuseBrokenHttp(failure, { role, socket }),
    frameworkErrors: (failure, request, reply: unknown) => {
      refuse(reply as FastifyReply, asRegistaError(failure, { role, request }));
    },
  });
}

async function listen(
  server: Pick<ControlServer, "app" | "close"> & { role: string },
  { host = "127.0.0.1", port }: { host?: string | undefined; port: number },
): Promise<string> {
  try {
    return await server.app.listen({ host, port });
  } catch (failure) {
    await server.close();
    const facts = { role: server.role, host, port, problem: sentenceOf(failure) };
    throw controlErrors.make("cannot-listen", facts, failure);
  }
}
