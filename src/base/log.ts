// Logs are JSON lines on standard error, one logger a process, a child a room.
import { type Logger, pino } from "pino";

export type Log = Logger;

/** A logger named for its role. `level` is one of pino's; REGISTA_LOG overrides it. */
export function createLog(role: string, level = "info"): Log {
  return pino(
    { name: role, level: process.env["REGISTA_LOG"] ?? level },
    pino.destination({ dest: 2, sync: false }),
  );
}

/** A logger that says nothing, for tests. */
export const silentLog: Log = pino({ level: "silent" });
