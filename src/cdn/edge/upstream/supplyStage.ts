// The stage of the supply's plays: scripted upstreams on real sockets, and sinks that keep what they are told.
import type { TestContext } from "node:test";
import { ms } from "#base";
import { type Clock, systemClock } from "#base/clock";
import { type Log, silentLog } from "#base/log";
import {
  type BodyStream,
  type Handler,
  HttpClient,
  type HttpReply,
  type HttpRequest,
  type HttpServer,
  type PendingRequest,
  type ReceivedHeaders,
  type ResponseSink,
  serve,
} from "#http";
import type { Wanted } from "../supply.ts";
import { Upstreams, type UpstreamsParts } from "./upstreams.ts";

const context: { clock: Clock; log: Log } = { clock: systemClock, log: silentLog };

/** What lets a cache keep an answer. */
export const kept: readonly [string, string] = ["Cache-Control", "public, max-age=60"];

/** Resolves when `holds` does; the test's own time-out is the limit. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(ms(2));
}

/** How long the plays wait before they hedge, ms: short, and longer than an answer on this machine takes. */
export const SOON_MS = 120;

/** A supply of `urls`, best first. */
export function supplyOf(
  t: TestContext,
  urls: readonly string[],
  more: Partial<UpstreamsParts> = {},
): Upstreams {
  const client = new HttpClient(context, { connectTimeoutMs: 500 });
  t.after(() => client.close());
  const parts = { id: "e1", upstreams: urls, hedgeAfterMs: SOON_MS, client, ...context, ...more };
  const supply = new Upstreams(parts);
  t.after(() => supply.close());
  return supply;
}

/** What an upstream was asked, and how it answers next. */
export interface Scripted {
  readonly url: string;
  readonly asked: HttpRequest[];
  readonly server: HttpServer;
  /** May be exchanged in the middle of a play. */
  play: (request: HttpRequest, reply: HttpReply) => void | Promise<void>;
}

async function listening(t: TestContext, handler: Handler): Promise<HttpServer> {
  const server = await serve({ port: 0, handler, limits: { drainMs: 10 } }, context);
  t.after(() => server.close());
  return server;
}

/** An upstream that plays `play`. */
export async function scripted(t: TestContext, play: Scripted["play"]): Promise<Scripted> {
  const asked: HttpRequest[] = [];
  const handler: Handler = (request, reply) => {
    asked.push(request);
    return made.play(request, reply);
  };
  const server = await listening(t, handler);
  const made: Scripted = { url: server.url, asked, server, play };
  return made;
}

/** Takes requests and never answers, as a stopped process does. */
export const frozen = (): void => undefined;

/** Answers every path with `body` under an ETag. */
export const saying =
  (body: string, etag = `"${body}"`): Scripted["play"] =>
  (_request, reply) =>
    reply.send(200, [kept, ["ETag", etag]], body);

export const status =
  (code: number, body = String(code)): Scripted["play"] =>
  (_request, reply) =>
    reply.send(code, [["Cache-Control", "no-store"]], body);

/** An object that grows as the play says; ranges are answered as RFC 8673 has it. `broken` cuts all who read it. */
export class GrowingObject {
  readonly etag: string;
  readonly #readers = new Set<{ body: BodyStream; from: number }>();
  #sent = "";
  #over = false;

  constructor(etag = '"g"') {
    this.etag = etag;
  }

  readonly play: Scripted["play"] = (request, reply) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
    const holds = request.headers.get("if-range") === this.etag;
    const from = range && holds ? Number(range[1]) : 0;
    const fields = [kept, ["ETag", this.etag]] as const;
    if (from > 0 && this.#over && from >= this.#sent.length)
      return reply.send(416, [...fields, ["Content-Range", `bytes */${this.#sent.length}`]]);
    const part = [["Content-Range", `bytes ${from}-${range?.[2]}/*`]] as const;
    const body = reply.stream(from > 0 ? 206 : 200, from > 0 ? [...fields, ...part] : fields);
    if (this.#sent.length > from) body.write(Buffer.from(this.#sent.slice(from)));
    if (this.#over) body.end();
    else this.#readers.add({ body, from });
  };

  write(piece: string): void {
    this.#sent += piece;
    for (const { body } of this.#readers) body.write(Buffer.from(piece));
  }

  end(): void {
    this.#over = true;
    for (const { body } of this.#readers) body.end();
    this.#readers.clear();
  }

  /** Breaks the connections of all who read. */
  cut(): void {
    for (const { body } of this.#readers) body.abort();
    this.#readers.clear();
  }
}

/** A sink that keeps everything, and has a moment to wait for. */
export class Received implements ResponseSink {
  status = 0;
  headers: ReceivedHeaders | null = null;
  body = "";
  /** Chunks as they were told: `0:abc`, `0.` for its end. */
  readonly chunks: string[] = [];
  error: (Error & { code?: string }) | null = null;
  readonly over: Promise<this>;
  pending: PendingRequest | null = null;
  #resolve: (received: this) => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  head(status: number, headers: ReceivedHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  data(bytes: Uint8Array, chunk: number): void {
    this.body += Buffer.from(bytes).toString("latin1");
    this.chunks.push(`${chunk}:${Buffer.from(bytes).toString("latin1")}`);
  }

  chunkEnd(chunk: number): void {
    this.chunks.push(`${chunk}.`);
  }

  end(): void {
    this.#resolve(this);
  }

  fail(error: Error): void {
    this.error = error;
    this.#resolve(this);
  }
}

/** Asks `supply` for `target`. */
export function ask(supply: Upstreams, target: string, more: Partial<Wanted> = {}): Received {
  const received = new Received();
  const wanted = {
    method: "GET" as const,
    target,
    key: target,
    headers: [],
    source: null,
    ...more,
  };
  received.pending = supply.fetch(wanted, received);
  return received;
}

/** An address where nothing listens. */
export async function nowhere(t: TestContext): Promise<string> {
  const server = await listening(t, frozen);
  await server.close();
  return server.url;
}
