// The stage of the public cache tests: their server as origin, an edge before it, and a client of Node's own.
import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as ask,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Scope } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { startEdge } from "#edge";
import answerConfig from "http-cache-tests/server/handle-config.mjs";
import answerState from "http-cache-tests/server/handle-state.mjs";
import answerTest from "http-cache-tests/server/handle-test.mjs";

/** One part of the suite's server. */
export type Part = (segments: string[], request: IncomingMessage, response: ServerResponse) => void;

const parts: Readonly<Record<string, Part>> = {
  config: answerConfig,
  state: answerState,
  test: answerTest,
};

/** Starts both; `fetch` is what the suite's client asks with. */
export async function startStage(): Promise<{
  scope: Scope;
  url: string;
  fetch: (url: string, options?: FetchOptions) => Promise<FetchAnswer>;
}> {
  const scope = new Scope();
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const [, part = "", ...segments] = path.split("/");
    const answer = parts[part];
    if (answer) answer(segments, request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.defer(() => void server.close());
  const edge = await startEdge(
    {
      port: 0,
      id: "edge",
      upstreams: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
      hedgeAfterMs: null,
      directorUrls: [],
      telemetryUrl: null,
      capacityMbps: 1_000,
      cacheBytes: 64 * 1024 * 1024,
    },
    { clock: systemClock, log: silentLog },
  );
  scope.own(edge);
  const agent = new Agent({ keepAlive: true });
  scope.defer(() => agent.destroy());
  return { scope, url: edge.url, fetch: (url, options) => fetchBy(agent, url, options) };
}

/** What the suite gives to its `fetch`. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** What it reads of an answer: like WHATWG Fetch, but for statuses that Fetch does not know. */
interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
}

async function fetchBy(
  agent: Agent,
  url: string,
  { method = "GET", headers = [], body }: FetchOptions = {},
): Promise<FetchAnswer> {
  const fields = [...headers.flat(), "Host", new URL(url).host];
  if (body !== undefined) fields.push("Content-Length", String(Buffer.byteLength(body)));
  const request = ask(url, { agent, method, headers: fields });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Uint8Array[] = [];
  for await (const chunk of response as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const received = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct))
    for (const value of values ?? []) received.append(name, value);
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? "",
    headers: received,
    text: () => Promise.resolve(Buffer.concat(chunks).toString()),
  };
}
