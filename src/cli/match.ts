// A whole match on one machine: every role its own process, wired by the plan, stopped in order.
import { randomInt } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Match } from "#protocol";
import { cliErrors } from "./errors.ts";
import { type MatchUrls, planMatch, type PortBook } from "./plan.ts";
import { RoleProcess } from "./roleProcess.ts";

export interface MatchOptions {
  match: Match;
  /** `fixed`: the ports of the match file and of WIRE; `free`: whatever is free. */
  ports: "fixed" | "free";
  /** Where logs and the running match's record are kept. */
  folder: string;
  /** Start a role again when it dies. */
  restart: boolean;
  /** Called at each change of a role's state. */
  changed?: (process: RoleProcess) => void;
}

/** A match that runs. */
export interface RunningMatch extends Closable {
  readonly urls: MatchUrls;
  readonly processes: readonly RoleProcess[];
  /** The process called `id` in the plan, such as "edge isp-roma". */
  process(id: string): RoleProcess;
}

/** The file, in the match's folder, that says where a running match is found. */
export const MATCH_RECORD = "match.json";

/** Ports looked for when a match is to have free ones; more than any plan needs. */
const FREE_PORTS = 96;
/**
 * Where they are looked for: below those that Linux gives to connections (ip_local_port_range, from 32768 on), which any
 * connection may take between the look and the start.
 */
const FREE_PORTS_FROM = 16_384;
const FREE_PORTS_TO = 32_768;

/** Starts every role of the match; throws, with everything stopped again, when one cannot start. */
export async function startMatch(
  options: MatchOptions,
  context: { clock: Clock },
): Promise<RunningMatch> {
  const scope = new Scope();
  mkdirSync(options.folder, { recursive: true });
  const portOf = options.ports === "free" ? await freePorts() : fixedPorts;
  const plan = planMatch(options.match, portOf);
  const processes = plan.roles.map((role) => {
    const logFile = join(options.folder, `${role.id.replaceAll(" ", "-")}.log`);
    const log = createWriteStream(logFile);
    return new RoleProcess(role, {
      clock: context.clock,
      log,
      logFile,
      restart: options.restart,
      changed: options.changed ?? (() => undefined),
    });
  });
  const [others, cameras] = wavesOf(processes);
  // The camera stops first, so that nobody mourns its absence; then all the others at once.
  for (const wave of [others, cameras])
    scope.defer(async () => void (await Promise.all(wave.map((process) => process.stop()))));
  try {
    await startAll([others, cameras]);
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  const record = join(options.folder, MATCH_RECORD);
  writeFileSync(record, JSON.stringify({ pid: process.pid, urls: plan.urls }));
  scope.defer(() => rmSync(record, { force: true }));
  return {
    urls: plan.urls,
    processes,
    process: (id) => {
      const found = processes.find((process) => process.plan.id === id);
      if (!found) throw new Error(`no process is called ${id}`);
      return found;
    },
    close: () => scope.close(),
  };
}

type Waves = readonly [others: readonly RoleProcess[], cameras: readonly RoleProcess[]];

/** The camera apart: its clock suffers when a dozen processes start beside it. */
function wavesOf(processes: readonly RoleProcess[]): Waves {
  const isCamera = ({ plan }: RoleProcess): boolean => plan.role === "broadcaster";
  return [processes.filter((process) => !isCamera(process)), processes.filter(isCamera)];
}

/** Each wave at once, for nobody in it needs another to be there first. */
async function startAll(waves: Waves): Promise<void> {
  for (const process of waves.flat()) await refuseTakenPort(process);
  for (const wave of waves) {
    const started = await Promise.allSettled(wave.map((process) => process.start()));
    const failed = started.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }
}

/** Says which port is taken, before the role says it less clearly. */
async function refuseTakenPort({ plan }: RoleProcess): Promise<void> {
  const port = "port" in plan.options ? (plan.options.port ?? 0) : 0;
  if (port !== 0 && !(await isFree(port)))
    throw cliErrors.make("port-taken", { port, host: "127.0.0.1", role: plan.id });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1" }, () => probe.close(() => resolve(true)));
  });
}

const fixedPorts: PortBook = (preferred) => preferred;

/** A book of ports that were free a moment ago, each preferred port always given the same one. */
async function freePorts(): Promise<PortBook> {
  const free: number[] = [];
  // From anywhere on, so that matches that start side by side look in different places.
  let next = randomInt(FREE_PORTS_FROM, FREE_PORTS_TO - FREE_PORTS);
  while (free.length < FREE_PORTS) {
    const ports = Array.from({ length: FREE_PORTS - free.length }, (_, index) => next + index);
    const areFree = await Promise.all(ports.map(isFree));
    free.push(...ports.filter((_, index) => areFree[index]));
    next += ports.length;
  }
  const given = new Map<number, number>();
  return (preferred) => {
    const port = given.get(preferred) ?? free.pop();
    if (port === undefined) throw new Error(`bug: a plan of more than ${FREE_PORTS} ports`);
    given.set(preferred, port);
    return port;
  };
}
