// Load generators that are not ours: wrk for HTTP/1.1 and TLS, h2load for HTTP/2. Every request carries another
// session's report, as viewers' requests do.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { Address } from "./client/gate.ts";
import { reported, SESSIONS } from "./client/requests.ts";
import { pinned } from "./process.ts";

/** What to ask, and how. */
export interface Load {
  readonly server: Address;
  readonly tls: boolean;
  readonly target: string;
  readonly connections: number;
  readonly seconds: number;
  /** The core of the generator; null: any. */
  readonly core: number | null;
  readonly folder: string;
}

/** What came back. */
export interface Loaded {
  readonly requests: number;
  readonly seconds: number;
  /** Requests that failed, or were answered with another status than 200. */
  readonly failed: number;
  /** Bytes of bodies and heads. */
  readonly bytes: number;
}

/** A generator ends this long after its time, or is ended, ms. */
const END_LIMIT_MS = 20_000;

const targets = (target: string): string[] =>
  Array.from({ length: SESSIONS }, (_, session) => reported(target, session));

/** wrk, closed loop: as many requests as the server answers. */
export async function wrk(load: Load): Promise<Loaded> {
  const script = join(load.folder, "wrk.lua");
  writeFileSync(script, scriptOf(targets(load.target)));
  const { host, port } = load.server;
  const url = `${load.tls ? "https" : "http"}://${host}:${port}`;
  const flags = [
    "-t1",
    `-c${load.connections}`,
    `-d${load.seconds}s`,
    "--timeout",
    "5s",
    "-s",
    script,
    url,
  ];
  const said = await output(pinned(load.core, "wrk", flags), load.seconds);
  const figures = /^figures (.*)$/m.exec(said)?.[1]?.split(" ").map(Number);
  if (figures?.length !== 4) throw new Error(`wrk said: ${said}`);
  const [requests, micros, failed, bytes] = figures as [number, number, number, number];
  return { requests, seconds: micros / 1e6, failed, bytes };
}

const scriptOf = (paths: readonly string[]): string => `
local paths = {${paths.map((path) => `[[${path}]]`).join(",\n")}}
local requests, at = {}, 0
function init()
  for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("figures %d %d %d %d\\n", summary.requests, summary.duration, failed, summary.bytes))
end
`;

/** Requests under way on each connection of HTTP/2. */
const STREAMS = 8;
/** Requests for each second asked for: h2load with a duration never ends when a connection was late. */
const REQUESTS_A_SECOND = 15_000;

/** h2load, closed loop, HTTP/2 over TLS: a number of requests that takes about so many seconds. */
export async function h2load(load: Load): Promise<Loaded> {
  const { host, port } = load.server;
  const file = join(load.folder, "targets.txt");
  writeFileSync(
    file,
    targets(load.target)
      .map((target) => `https://${host}:${port}${target}\n`)
      .join(""),
  );
  const count = `-n${load.seconds * REQUESTS_A_SECOND}`;
  const flags = ["-t1", `-c${load.connections}`, `-m${STREAMS}`, count, "-i", file];
  const start = systemClock.monotonic();
  const said = await output(pinned(load.core, "h2load", flags), load.seconds);
  const seconds = (systemClock.monotonic() - start) / 1_000;
  const found = /requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded/.exec(said);
  const bytes = /traffic: [\d.]+\w+ \((\d+)\) total/.exec(said);
  if (!found) throw new Error(`h2load said: ${said}`);
  const [, total, succeeded] = found.map(Number) as [number, number, number];
  return { requests: succeeded, seconds, failed: total - succeeded, bytes: Number(bytes?.[1]) };
}

/** What a generator says; rejects when it does not end a while after its `seconds`. */
async function output(words: readonly string[], seconds: number): Promise<string> {
  const [program, ...args] = words as [string, ...string[]];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (said += text));
  const limit = systemClock.after(ms(seconds * 1_000 + END_LIMIT_MS), () => child.kill("SIGKILL"));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (_, signal) => resolve(signal));
  });
  limit.cancel();
  if (signal !== null) throw new Error(`${words.join(" ")} did not end: ${said.slice(-500)}`);
  return said;
}
