// How many processes a crowd needs, and which viewers are whose.
import { readFileSync } from "node:fs";
import { crowdErrors } from "../errors.ts";
import {
  OWN_DESCRIPTORS,
  PROCESSES_LIMIT,
  SOCKETS_PER_VIEWER,
  STEERING_SOCKETS,
  VIEWERS_PER_PROCESS_LIMIT,
} from "../limits.ts";
import type { Share } from "../processes/messages.ts";
import type { CrowdSettings } from "../settings.ts";

/** A row of ids for each process, all of nearly one length. Throws crowd/too-many-processes. */
export function sharesOf(
  { viewers, processes, director }: Pick<CrowdSettings, "viewers" | "processes" | "director">,
  descriptors = openFilesLimit(),
): Share[] {
  const steered = director?.ask === "viewer" && director.steer;
  const sockets = SOCKETS_PER_VIEWER + (steered ? STEERING_SOCKETS : 0);
  const room = Math.floor((descriptors - OWN_DESCRIPTORS) / sockets);
  const each = Math.max(1, Math.min(VIEWERS_PER_PROCESS_LIMIT, room));
  const needed = Math.ceil(viewers / each);
  if (needed > PROCESSES_LIMIT)
    throw crowdErrors.make("too-many-processes", {
      viewers,
      processes: needed,
      limit: PROCESSES_LIMIT,
    });
  const taken = Math.min(viewers, Math.max(needed, processes ?? 1));
  const cut = (index: number): number => Math.round((index * viewers) / taken);
  return Array.from({ length: taken }, (_, index) => ({ from: cut(index), to: cut(index + 1) }));
}

/** proc(5), /proc/self/limits: the soft limit, which Node has raised to the hard one. */
function openFilesLimit(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return found ? Number(found[1]) : Infinity;
}
