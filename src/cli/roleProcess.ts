// A role as a child process: started with its options, restarted when it dies, stopped within a limit.
import { type ChildProcess, spawn } from "node:child_process";
import { type WriteStream } from "node:fs";
import { ms, type MonoMs } from "#base";
import type { Clock, Timer } from "#base/clock";
import { COMPILE_CACHE } from "#base/compileCache";
import { cliErrors } from "./errors.ts";
import type { PlannedRole } from "./plan.ts";
import type { RoleMessage } from "./runRole.ts";

export type RoleState = "starting" | "running" | "restarting" | "stopped" | "failed";

/** A role must listen within this time. */
const START_LIMIT_MS = ms(20_000);
/** A dead role is started again after this time, so that its absence can be seen. */
const RESTART_DELAY_MS = ms(3_000);
/** Restarts at most, within {@link RESTART_WINDOW_MS}; then it stays dead and the table says so. */
const RESTARTS_LIMIT = 5;
const RESTART_WINDOW_MS = 60_000;
/** A role that ignores SIGTERM this long is killed. */
const STOP_LIMIT_MS = ms(6_000);

const MAIN = new URL("roleMain.ts", import.meta.url).pathname;

export interface RoleProcessContext {
  clock: Clock;
  /** Where the role's log lines go. */
  log: WriteStream;
  logFile: string;
  /** Called whenever {@link RoleProcess.state} changes. */
  changed: (process: RoleProcess) => void;
  restart: boolean;
}

/** One planned role and the process that is, or was, its latest. */
export class RoleProcess {
  readonly plan: PlannedRole;
  state: RoleState = "starting";
  /** One sentence on the latest trouble, or null. */
  trouble: string | null = null;
  url = "";
  restarts = 0;
  readonly #context: RoleProcessContext;
  readonly #deaths: MonoMs[] = [];
  #child: ChildProcess | null = null;
  #restarting: Timer | null = null;
  #stopping = false;

  constructor(plan: PlannedRole, context: RoleProcessContext) {
    this.plan = plan;
    this.#context = context;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it; resolves once it listens. Throws cli/role-did-not-start with its own words. */
  start(): Promise<void> {
    const { plan } = this;
    const child = spawn(process.execPath, [MAIN, plan.role, JSON.stringify(plan.options)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A session of its own: Ctrl-C reaches the match alone, which stops its roles in order.
      detached: true,
      // A dozen processes that load the same modules start in half the time.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child = child;
    child.stderr?.pipe(this.#context.log, { end: false });
    child.once("exit", (code, signal) => this.#exited(child, signal ?? `status ${code}`));
    return new Promise((resolve, reject) => {
      const refuse = (why: string): void =>
        reject(
          cliErrors.make("role-did-not-start", { role: plan.id, why, log: this.#context.logFile }),
        );
      const limit = this.#context.clock.after(START_LIMIT_MS, () => {
        refuse("it did not listen in time");
        child.kill("SIGKILL");
      });
      child.once("exit", () => (limit.cancel(), refuse(this.trouble ?? "it ended at once")));
      child.once("error", (failure) => (limit.cancel(), refuse(failure.message)));
      child.on("message", (message: RoleMessage) => {
        limit.cancel();
        if ("failed" in message) {
          this.trouble = message.failed.why;
          return;
        }
        this.url = message.ready.url;
        this.#set("running", this.restarts > 0 ? this.trouble : null);
        resolve();
      });
    });
  }

  /** Ends it, by SIGTERM and then by force. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#restarting?.cancel();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null)
      return this.#set("stopped", this.trouble);
    const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    child.kill("SIGCONT"); // a frozen process takes no signal but this one
    const limit = this.#context.clock.after(STOP_LIMIT_MS, () => child.kill("SIGKILL"));
    await gone;
    limit.cancel();
  }

  #exited(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    if (this.#stopping) return this.#set("stopped", null);
    const { clock, restart } = this.#context;
    const now = clock.monotonic();
    this.#deaths.push(now);
    const recent = this.#deaths.filter((death) => now - death < RESTART_WINDOW_MS).length;
    const wasUp = this.url !== "";
    if (!wasUp || !restart || recent > RESTARTS_LIMIT)
      return this.#set("failed", this.trouble ?? `ended by ${how}`);
    this.#set("restarting", `ended by ${how}; starting again`);
    this.#restarting = clock.after(RESTART_DELAY_MS, () => {
      this.restarts += 1;
      this.start().catch((failure: Error) => this.#set("failed", failure.message));
    });
  }

  #set(state: RoleState, trouble: string | null): void {
    this.state = state;
    this.trouble = trouble;
    this.#context.changed(this);
  }
}
