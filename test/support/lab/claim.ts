// A number for this lab that no other run has, and the end of what dead runs left behind.
import { readdirSync, readFileSync } from "node:fs";
import { LABS_LIMIT } from "./limits.ts";
import { type Names, namesOf } from "./script.ts";
import { ask, tryTo } from "./shell.ts";

/** Namespaces that `ip netns` knows. */
const SPACES_FOLDER = "/run/netns";
const BRIDGE = /^reg(\d{1,3})$/;

/**
 * Takes the first free number. Its bridge on the host is the claim: a name can be had once, and it carries the process
 * and the process's start in its alias, so that the next lab knows whether the owner still lives.
 */
export async function claim(): Promise<Names> {
  await sweep();
  const unnamed = `regnew${process.pid}`;
  await tryTo("ip", ["link", "del", unnamed]);
  await ask("ip", ["link", "add", "name", unnamed, "type", "bridge"]);
  await ask("ip", ["link", "set", unnamed, "alias", `${process.pid} ${startOf(process.pid)}`]);
  for (let number = 0; number < LABS_LIMIT; number += 1) {
    const names = namesOf(number);
    if (readdirSync("/sys/class/net").includes(names.bridge)) continue;
    if ((await tryTo("ip", ["link", "set", unnamed, "name", names.bridge])) !== null) return names;
  }
  await tryTo("ip", ["link", "del", unnamed]);
  throw new Error(`${LABS_LIMIT} labs run here`);
}

/** Ends every process in a lab's namespaces, and the namespaces, and its bridge. What is gone already is no trouble. */
export async function release({ bridge }: Names): Promise<void> {
  const spaces = spacesOf(bridge);
  for (const space of spaces)
    for (const pid of ((await tryTo("ip", ["netns", "pids", space])) ?? "").split("\n"))
      if (/^\d+$/.test(pid)) kill(Number(pid));
  // A namespace lets go of its interfaces some time after it has gone: those on the host would keep their names so long.
  for (const name of readdirSync("/sys/class/net"))
    if (name.startsWith(`${bridge}.`)) await tryTo("ip", ["link", "del", name]);
  await Promise.all(spaces.map((space) => tryTo("ip", ["netns", "del", space])));
  await tryTo("ip", ["link", "del", bridge]);
}

/** What runs left that did not take down their labs. */
async function sweep(): Promise<void> {
  for (const name of readdirSync("/sys/class/net")) {
    if (!BRIDGE.test(name) && !/^regnew\d+$/.test(name)) continue;
    const alias = tryRead(`/sys/class/net/${name}/ifalias`);
    const [pid = "", start = ""] = alias.split(" ");
    // Without an owner it is being made at this moment, under its first name.
    if (pid === "" || startOf(Number(pid)) === start) continue;
    const number = BRIDGE.exec(name)?.[1];
    if (number === undefined) await tryTo("ip", ["link", "del", name]);
    else await release(namesOf(Number(number)));
  }
}

const spacesOf = (bridge: string): string[] => {
  try {
    return readdirSync(SPACES_FOLDER).filter((space) => space.startsWith(`${bridge}-`));
  } catch {
    return [];
  }
};

/** When a process started, in the kernel's ticks (proc(5), field 22); empty when there is none. */
function startOf(pid: number): string {
  const stat = tryRead(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function tryRead(file: string): string {
  try {
    return readFileSync(file, "latin1").trim();
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
