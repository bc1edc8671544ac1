// Every refusal is JSON with a code, a sentence and a cure, whoever refused: a role, Fastify, or Node's parser.
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { RegistaError, sentenceOf } from "#base";
import type { Log } from "#base/log";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { openHeaders } from "./cors.ts";
import { controlErrors } from "./errors.ts";
import { REQUEST_TIMEOUT_MS } from "./limits.ts";

type Asked = Pick<FastifyRequest, "method" | "url">;

/** Answers what no route answers, and what a route throws. What is nobody's rule but our fault is logged. */
export function refuseWithCodes(
  app: FastifyInstance,
  { role, log }: { role: string; log: Log },
): void {
  const doors: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    if (method !== "HEAD" && !url.includes("*")) doors.push(`${String(method)} ${url}`);
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw controlErrors.make("not-found", { role, method, path: url, doors: doors.join(", ") });
  });
  app.setErrorHandler((failure, request, reply) => {
    const error = asRegistaError(failure, { role, request });
    if (error.status === 500) log.error({ err: failure, code: error.code }, sentenceOf(error));
    refuse(reply, error);
  });
}

/** What was thrown, or what Fastify says of a request, as an error of a catalogue. */
export function asRegistaError(
  failure: unknown,
  { role, request }: { role: string; request: Asked },
): RegistaError {
  if (failure instanceof RegistaError) return failure;
  const status = failure instanceof Error && "statusCode" in failure ? failure.statusCode : 500;
  const { method, url: path } = request;
  if (status === 413) return controlErrors.make("too-large", { role, method, path }, failure);
  const broken = typeof status === "number" && status >= 400 && status < 500;
  const facts = { role, method, path, problem: sentenceOf(failure) };
  return controlErrors.make(broken ? "bad-request" : "failed", facts, failure);
}

/** Answers with an error. Who came too often may come again after a second (RFC 9110 10.2.3), unless its role says when. */
export function refuse(reply: FastifyReply, error: RegistaError): void {
  if (error.status === 429 && !reply.hasHeader("retry-after")) reply.header("retry-after", "1");
  reply
    .headers(openHeaders)
    .header("cache-control", "no-store")
    .code(error.status)
    .type("application/json")
    .send(JSON.stringify(error));
}

/** Answers on the socket what Node's parser could not read as a request, and closes the socket. */
export function refuseBrokenHttp(
  failure: Error & { code?: string },
  { role, socket }: { role: string; socket: Duplex },
): void {
  if (failure.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const error = brokenHttp(failure, role);
  const body = JSON.stringify(error);
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    ...Object.entries(openHeaders).map(([name, value]) => `${name}: ${value}`),
    "Cache-Control: no-store",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

function brokenHttp(failure: Error & { code?: string }, role: string): RegistaError {
  if (failure.code === "HPE_HEADER_OVERFLOW")
    return controlErrors.make("head-too-large", { role }, failure);
  if (failure.code === "ERR_HTTP_REQUEST_TIMEOUT")
    return controlErrors.make("too-slow", { role, seconds: REQUEST_TIMEOUT_MS / 1_000 }, failure);
  return controlErrors.make("bad-request", { role, problem: failure.message }, failure);
}
