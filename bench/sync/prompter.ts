// Stands before the director and says another target, so that one tab can be led from distance to distance.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Closable } from "#base";
import { systemClock } from "#base/clock";
import { type Target, TARGET_KEY } from "#protocol";

/** A change begins so long after it is told: everybody who asks each five seconds has heard of it. */
const AHEAD_MS = 6_000;

export interface Prompter extends Closable {
  /** `host:port`. */
  readonly destination: string;
  /** From a moment on the distance goes there, 50 ms a second. */
  lead(latencyMs: number): void;
}

/** Answers as the director at `directorUrl` does, with a target of its own that begins at `startMs`. */
export async function startPrompter(directorUrl: string, startMs: number): Promise<Prompter> {
  let target: Target = { latencyMs: startMs, fromLatencyMs: startMs, fromUtcMs: 0, version: 1 };
  const server = createServer((request, answer) => {
    void forward(new URL(request.url ?? "/", directorUrl), answer, () => target);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    destination: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(latencyMs) {
      const { latencyMs: fromLatencyMs } = target;
      const fromUtcMs = systemClock.utc() + AHEAD_MS;
      // Above every version that the director itself has told.
      target = { latencyMs, fromLatencyMs, fromUtcMs, version: Math.ceil(fromUtcMs) };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(url: URL, answer: ServerResponse, target: () => Target): Promise<void> {
  const fields = { "access-control-allow-origin": "*", "cache-control": "no-store" };
  try {
    const said = await fetch(url);
    const body = (await said.json()) as Record<string, unknown>;
    const changed = url.pathname === "/session" ? { target: target() } : { [TARGET_KEY]: target() };
    answer
      .writeHead(said.status, { ...fields, "content-type": "application/json" })
      .end(JSON.stringify(said.ok ? { ...body, ...changed } : body));
  } catch (failure) {
    answer.writeHead(502, fields).end(String(failure));
  }
}
