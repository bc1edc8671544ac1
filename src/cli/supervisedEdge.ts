// `regista edge` by hand: a supervisor that holds the listening sockets, and one edge process that serves on them.
import { openSync, closeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ms, sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { COMPILE_CACHE } from "#base/compileCache";
import { createLog } from "#base/log";
import type { ChildMessage } from "#edge";
import { checkOptions } from "./flags.ts";
import { roles } from "./roles.ts";
import { runRole } from "./runRole.ts";

const EDGE_MAIN = new URL("edgeMain.ts", import.meta.url).pathname;

/** What a drained process may take to let go of the rest, ms. */
const CLOSE_LIMIT_MS = ms(2_000);

/** Runs an edge until it is told to stop. Part of a match, or told so, it is this process alone. */
export async function runEdge(
  given: unknown,
  { supervised }: { supervised: boolean },
): Promise<void> {
  const { inheritedSockets } = await import("#edge");
  const fds = inheritedSockets(process.env);
  if (fds) return runOnHeldSockets(given, fds);
  if (process.send || !supervised) return runRole("edge", given);
  return supervise(given);
}

/** The supervisor. Exit status 1 when its first edge process could not start. */
async function supervise(given: unknown): Promise<void> {
  const { DRAIN_LIMIT_MS, startSupervisor } = await import("#edge");
  const log = createLog("edge supervisor");
  const { host, port, tls, workers } = checkOptions("edge", roles.edge.schema, given);
  const supervisor = await startSupervisor(
    {
      host,
      port,
      sockets: workers === 0 ? availableParallelism() : workers,
      command: {
        // The words behind `edge`, as they were given: the new process reads them, and the file they name, anew.
        words: [process.execPath, ...process.execArgv, EDGE_MAIN, ...process.argv.slice(3)],
        env: { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? COMPILE_CACHE },
      },
    },
    { clock: systemClock, log },
  );
  // The supervisor holds sockets; what is spoken on them it does not know.
  const url = tls ? supervisor.url.replace(/^http:/, "https:") : supervisor.url;
  console.log(
    `edge listens at ${url} (Ctrl-C drains and stops it; kill -HUP ${process.pid} rolls)`,
  );
  const attended = hasTerminal();
  await new Promise<void>((stop) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop());
    process.on("SIGHUP", () => {
      // The same signal says that the terminal has gone; who sat at it wants nothing left running.
      if (attended && !hasTerminal()) return stop();
      supervisor
        .roll()
        .catch((failure: unknown) => log.error({ why: sentenceOf(failure) }, "not rolled"));
    });
  });
  const limit = `${DRAIN_LIMIT_MS / 1_000} s at most`;
  log.info(`draining: answers under way are finished, ${limit}`);
  await supervisor.close();
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/** The edge process of a supervisor. */
async function runOnHeldSockets(given: unknown, fds: readonly number[]): Promise<void> {
  const { DRAIN_LIMIT_MS, readDrain, startEdge } = await import("#edge");
  const log = createLog("edge");
  const tell = (message: ChildMessage): void =>
    void (process.connected && process.send?.(message, undefined, undefined, () => undefined));
  const order = new Promise<NonNullable<ReturnType<typeof readDrain>>>((resolve) => {
    process.on("message", (message) => {
      const drain = readDrain(message);
      if (drain) resolve(drain);
    });
    // A signal from outside, or a supervisor that died: there is no successor.
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const)
      process.on(event, () => resolve({ kind: "end", limitMs: DRAIN_LIMIT_MS }));
    if (!process.connected) resolve({ kind: "end", limitMs: 0 });
  });
  try {
    const options = checkOptions("edge", roles.edge.schema, given);
    const edge = await startEdge({ ...options, listen: { fds } }, { clock: systemClock, log });
    edge.onFailing((why) => tell({ roll: { why } }));
    tell({ ready: { url: edge.url } });
    await edge.drain(await order);
  } catch (failure) {
    process.exitCode = 1;
    tell({ failed: { why: sentenceOf(failure) } });
  }
  // Left running: it ends a process that something still holds open, and does not hold one open itself.
  systemClock.after(CLOSE_LIMIT_MS, () => process.exit(1));
  if (process.connected) process.disconnect();
}
