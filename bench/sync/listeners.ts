// 5,000 listeners of cues at one edge on one core: how long until the last of them is told, and what it costs.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { usageOf } from "#cli";
import { HttpClient } from "#http";
import { startOrigin } from "#origin";
import { cueEntryPath, cueSchema, cueStreamPath, parseJson, PROTOCOL_VERSION } from "#protocol";
import { end, launch, pinned, serversFolder } from "../edge/process.ts";
import { type Row, row } from "../result.ts";
import type { CrowdNews, CrowdOrder } from "./listenerCrowd.ts";

export interface ListenersOptions {
  /** Default 5,000. */
  readonly listeners?: number;
  /** Cues that are entered, one after the other; default 60. */
  readonly cues?: number;
  /** Cores of the edge and of the listeners; null: any. */
  readonly edgeCore?: number | null;
  readonly listenersCore?: number | null;
}

/** A cue is entered when it happens, and due on the screen no sooner than the shortest distance from the camera: half of it. */
const LAST_LIMIT_MS = 250;
/** From one cue to the next, ms: the edge has come to rest. */
const BETWEEN_MS = ms(200);
/** Nothing here takes longer, ms. */
const PATIENCE_MS = ms(20_000);
const CHANNEL = "match";
const context = { clock: systemClock, log: silentLog };
const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const CROWD = new URL("./listenerCrowd.ts", import.meta.url).pathname;

/** Rows: from entering a cue to the last listener, from the first to the last, the edge's CPU and memory a listener. */
export async function measureListeners(options: ListenersOptions = {}): Promise<Row[]> {
  const { listeners = 5_000, cues = 60, edgeCore = 0, listenersCore = 1 } = options;
  const scope = new Scope();
  try {
    const folder = serversFolder();
    scope.defer(() => rmSync(folder, { recursive: true, force: true }));
    const origin = scope.own(await startOrigin(originOptions, context));
    const edge = run(folder, "edge", edgeCore, [
      ...[MAIN, "edge", "--json"],
      JSON.stringify({ port: 0, id: "bench-cues", upstreams: [origin.url] }),
    ]);
    scope.defer(() => end(edge));
    const { hostname, port } = new URL(await announced(edge));
    const pid = edge.pid as number;
    const before = residentOf(pid);
    const crowd = run(folder, "listeners", listenersCore, [CROWD]);
    scope.defer(() => end(crowd));
    const order: CrowdOrder = {
      ...{ host: hostname, port: Number(port), count: listeners },
      path: `${cueStreamPath(CHANNEL)}?from=1`,
    };
    const all = news(crowd, ({ kind }) => kind === "listening");
    crowd.send(order);
    await all;
    const perListener = (residentOf(pid) - before) / listeners / 1_024;
    const client = scope.own(new HttpClient(context));
    const told = await tell({ url: origin.url, crowd, client, pid, cues });
    const micros = told.cpuS.map((cpuS) => (cpuS * 1e6) / listeners);
    const last = { value: LAST_LIMIT_MS, judged: "p95" } as const;
    const of = `${listeners} listeners on one core`;
    return [
      row(`cue entered to the last of ${of}`, "ms", told.lastMs, last),
      row(`first to last of ${of}`, "ms", told.spreadMs),
      row(`CPU of the edge, a cue and listener`, "µs", micros),
      row(`memory of the edge, a listener`, "KiB", [perListener]),
    ];
  } finally {
    await scope.close();
  }
}

const originOptions = {
  ...{ port: 0, channel: CHANNEL, pathways: [], steering: null, timeUrl: null },
  ...{ telemetryUrl: null, targetLatencyMs: 1_500 },
};

/** Enters cue after cue, each when the one before has come to all. */
async function tell(stage: {
  url: string;
  crowd: ChildProcess;
  client: HttpClient;
  pid: number;
  cues: number;
}): Promise<{ lastMs: number[]; spreadMs: number[]; cpuS: number[] }> {
  const { url, crowd, client, pid, cues } = stage;
  const told = { lastMs: [] as number[], spreadMs: [] as number[], cpuS: [] as number[] };
  for (let entered = 0; entered < cues; entered += 1) {
    const cpuBefore = cpuOf(pid);
    const came = news(crowd, ({ kind }) => kind === "told");
    const sentAt = systemClock.utc();
    const { body } = await client.fetch({
      method: "POST",
      url: url + cueEntryPath(CHANNEL),
      body: Buffer.from(JSON.stringify({ v: PROTOCOL_VERSION, kind: "goal", data: { entered } })),
    });
    const { seq } = parseJson("cue", cueSchema, Buffer.from(body).toString());
    const last = await came;
    if (last.kind !== "told" || last.seq !== seq) throw new Error(`another cue came than ${seq}`);
    told.lastMs.push(last.lastAt - sentAt);
    told.spreadMs.push(last.lastAt - last.firstAt);
    await systemClock.sleep(BETWEEN_MS);
    told.cpuS.push(cpuOf(pid) - cpuBefore);
  }
  return told;
}

const residentOf = (pid: number): number => usageOf([pid]).get(pid)?.residentBytes ?? 0;
const cpuOf = (pid: number): number => usageOf([pid]).get(pid)?.cpuS ?? 0;

function run(folder: string, name: string, core: number | null, args: string[]): ChildProcess {
  const place = join(folder, name);
  mkdirSync(place);
  return launch(pinned(core, process.execPath, args), { folder: place, ipc: true });
}

/** The edge's address, once it listens. */
async function announced(edge: ChildProcess): Promise<string> {
  const [message] = (await patiently(edge, once(edge, "message"))) as [
    { ready?: { url: string }; failed?: { why: string } },
  ];
  if (!message.ready) throw new Error(message.failed?.why ?? "the edge did not start");
  return message.ready.url;
}

/** The next news that is `wanted`; a listener that is lost ends the measurement. */
function news(crowd: ChildProcess, wanted: (news: CrowdNews) => boolean): Promise<CrowdNews> {
  return patiently(
    crowd,
    new Promise((resolve, reject) => {
      const heard = (message: CrowdNews): void => {
        if (message.kind === "lost") reject(new Error(`${message.listeners} listeners were lost`));
        else if (wanted(message)) resolve(message);
        else return;
        crowd.off("message", heard);
      };
      crowd.on("message", heard);
    }),
  );
}

/** Rejects when the process ends first, or time runs out. */
async function patiently<Result>(child: ChildProcess, work: Promise<Result>): Promise<Result> {
  let ended = (): void => undefined;
  const never = new Promise<never>((_, reject) => {
    ended = () => reject(new Error("a process ended within the measurement"));
    child.once("exit", ended);
  });
  const over = new AbortController();
  const late = systemClock.sleep(PATIENCE_MS, over.signal).then(() => {
    if (over.signal.aborted) return never;
    throw new Error("it took too long");
  });
  try {
    return await Promise.race([work, never, late]);
  } finally {
    over.abort();
    child.off("exit", ended);
  }
}
