// One role in this process: started, announced, stopped by a signal or by the end of its parent.
import { ms, sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { createLog } from "#base/log";
import { type RoleName, roles, type RunningRole } from "./roles.ts";
import { checkOptions } from "./flags.ts";

/** What a role tells its parent once it listens, or when it cannot. */
export type RoleMessage =
  | { readonly ready: { readonly url: string } }
  | { readonly failed: { readonly why: string } };

/** A role has this long to close what it owns before its process ends anyway. */
const CLOSE_LIMIT_MS = ms(5_000);

/** Runs `name` until it is told to stop; the returned promise ends with it. Exit status 1 when it could not start. */
export async function runRole(name: RoleName, given: unknown): Promise<void> {
  const log = createLog(name);
  let running: RunningRole;
  try {
    const role = roles[name];
    const options = checkOptions(name, role.schema, given);
    running = await (role.start as (o: unknown, c: unknown) => Promise<RunningRole>)(options, {
      clock: systemClock,
      log,
    });
  } catch (failure) {
    const why = sentenceOf(failure);
    process.exitCode = 1;
    if (process.send) process.send({ failed: { why } } satisfies RoleMessage);
    else console.error(`regista ${name}: ${why}`);
    if (process.connected) process.disconnect();
    return;
  }
  if (process.send) process.send({ ready: { url: running.url } } satisfies RoleMessage);
  else console.log(`${name} listens at ${running.url} (Ctrl-C stops it)`);
  await toldToStop();
  // Left running: it ends a process that something still holds open, and does not hold one open itself.
  systemClock.after(CLOSE_LIMIT_MS, () => process.exit(1));
  await running
    .close()
    .catch((failure: unknown) => log.error({ failure: sentenceOf(failure) }, "closing failed"));
  if (process.connected) process.disconnect();
}

/**
 * Resolves at SIGTERM, at SIGINT (Ctrl-C), or when the parent has gone.
 */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(event, resolve);
  });
}
