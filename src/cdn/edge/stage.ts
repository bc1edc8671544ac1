// The stage of the edge's plays: a scripted upstream, an edge, and viewers, on real sockets.
import type { TestContext } from "node:test";
import { ms } from "#base";
import { type Clock, systemClock } from "#base/clock";
import { type Log, silentLog } from "#base/log";
import {
  type BodyStream,
  type Handler,
  HttpClient,
  type HttpReply,
  type HttpServer,
  type ReceivedHeaders,
  serve,
} from "#http";
import { type EdgeHandle, startEdge, type EdgeOptions, type Reason } from "./index.ts";

export const context: { clock: Clock; log: Log } = { clock: systemClock, log: silentLog };
/** What lets the edge keep an answer. */
export const kept: readonly [string, string] = ["Cache-Control", "public, max-age=60"];

/** Resolves when `holds` does; the test's own time-out is the limit. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(ms(2));
}

/** An upstream that plays `handler`. */
export async function upstream(t: TestContext, handler: Handler): Promise<HttpServer> {
  const server = await serve({ port: 0, handler, limits: { drainMs: 10 } }, context);
  t.after(() => server.close());
  return server;
}

/** An edge of `server`. */
export async function edgeOf(
  t: TestContext,
  server: HttpServer,
  more: Partial<EdgeOptions> = {},
  around = context,
): Promise<EdgeHandle> {
  const edge = await startEdge(
    {
      port: 0,
      id: "e1",
      upstreams: [server.url],
      directorUrls: [],
      telemetryUrl: null,
      capacityMbps: 1_000,
      cacheBytes: 8 * 1024 * 1024,
      ...more,
    },
    around,
  );
  t.after(() => edge.close());
  return edge;
}

/** A client with room for a crowd. */
export function clientOf(t: TestContext): HttpClient {
  const client = new HttpClient(context, { connectionsPerHost: 2_000 });
  t.after(() => client.close());
  return client;
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A viewer of one object. */
export class Viewer {
  status = 0;
  headers: ReceivedHeaders | null = null;
  got = "";
  ended = false;
  error: (Error & { code?: string }) | null = null;
  readonly abort: () => void;

  constructor(
    client: HttpClient,
    url: string,
    headers: readonly (readonly [string, string])[] = [],
    method = "GET",
  ) {
    const pending = client.request(
      { method, url, headers },
      {
        head: (status, received) => {
          this.status = status;
          this.headers = received;
        },
        data: (bytes) => (this.got += text(bytes)),
        chunkEnd: () => undefined,
        end: () => (this.ended = true),
        fail: (error) => (this.error = error),
      },
    );
    this.abort = () => pending.abort();
  }

  get over(): boolean {
    return this.ended || this.error !== null;
  }
}

/** The edge's own counts of its reasons. */
export async function counts(
  client: HttpClient,
  edge: EdgeHandle,
): Promise<Record<Reason, number>> {
  const { body } = await client.fetch({ method: "GET", url: `${edge.url}/status` });
  return (JSON.parse(text(body)) as { reasons: Record<Reason, number> }).reasons;
}

/** An upstream with one object that grows when told to. Without a strong ETag nothing that broke is taken up again. */
export function growing(fields: readonly (readonly [string, string])[] = [kept, ["ETag", '"g"']]): {
  handler: Handler;
  asked: number;
  body: BodyStream | null;
} {
  const play = {
    asked: 0,
    body: null as BodyStream | null,
    handler: (_request: unknown, reply: HttpReply) => {
      play.asked++;
      play.body = reply.stream(200, fields);
    },
  };
  return play;
}
