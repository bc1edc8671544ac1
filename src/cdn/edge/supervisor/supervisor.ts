// Holds the listening sockets, and sees to it that an edge process accepts from them.
import { type Closable, type Ms, ms, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { edgeErrors } from "../errors.ts";
import { type EdgeCommand, EdgeProcess } from "./edgeProcess.ts";
import { type HeldSockets, holdSockets } from "./heldSocket.ts";
import {
  DRAIN_LIMIT_MS,
  LEAVING_LIMIT,
  RESTART_PAUSES_MS,
  SOCKETS_LIMIT,
  STEADY_MS,
} from "./limits.ts";

export interface SupervisorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** One a worker thread. */
  readonly sockets: number;
  readonly command: EdgeCommand;
  /** What answers under way are given when a process leaves, ms. */
  readonly drainMs?: number;
}

/** A running supervisor. */
export interface Supervisor extends Closable {
  readonly url: string;
  /** Of the edge process that serves, when there is one. */
  readonly edgePid: number | undefined;
  readonly counters: {
    readonly rolls: number;
    /** Ends of a process that served and had not been told to leave. */
    readonly crashes: number;
    /** Successors that did not start; the one before served on. */
    readonly refused: number;
  };
  /**
   * Puts a new edge process in the place of the one that serves. Resolves when the new one serves and the old one has gone;
   * rejects with `edge/did-not-start`, the old one serving on. Calls while one is under way share the next.
   */
  roll(): Promise<void>;
}

/** Starts it with its first edge process. Rejects with `http/port-taken`, `http/cannot-listen` or `edge/did-not-start`. */
export async function startSupervisor(
  options: SupervisorOptions,
  context: { clock: Clock; log: Log },
): Promise<Supervisor> {
  const { host, port } = options;
  const count = Math.min(Math.max(1, options.sockets), SOCKETS_LIMIT);
  const sockets = await holdSockets({ host, port, count });
  const supervisor = new EdgeSupervisor(options, sockets, context);
  try {
    await supervisor.begin();
  } catch (failure) {
    await supervisor.close();
    throw failure;
  }
  return supervisor;
}

/** `left` resolves when the process before has gone. */
interface Succession {
  readonly left: Promise<void>;
}

class EdgeSupervisor implements Supervisor {
  readonly counters = { rolls: 0, crashes: 0, refused: 0 };
  readonly #options: SupervisorOptions;
  readonly #sockets: HeldSockets;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #leaving = new Set<Promise<void>>();
  /** The one that serves. */
  #edge: EdgeProcess | null = null;
  /** The one that will. */
  #next: EdgeProcess | null = null;
  /** Only one successor is started at a time; who asks meanwhile shares the one after it. */
  #succession: Promise<Succession> | null = null;
  #successionAfter: Promise<Succession> | null = null;
  #restart: AbortController | null = null;
  /** As the edge process says it: it knows by which protocol it answers. */
  #url = "";
  /** Processes in a row that came to grief before they had served for long. */
  #misfortunes = 0;
  #begun = false;
  #closing: Promise<void> | null = null;

  constructor(
    options: SupervisorOptions,
    sockets: HeldSockets,
    context: { clock: Clock; log: Log },
  ) {
    this.#options = options;
    this.#sockets = sockets;
    this.#clock = context.clock;
    this.#log = context.log;
  }

  get url(): string {
    return this.#url;
  }

  get edgePid(): number | undefined {
    return this.#edge?.pid;
  }

  /** The first edge process. */
  async begin(): Promise<void> {
    await this.#succeed();
    this.#begun = true;
  }

  async roll(): Promise<void> {
    const { left } = await this.#succeed();
    await left;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #succeed(): Promise<Succession> {
    if (!this.#succession) {
      this.#succession = this.#startNext().finally(() => {
        this.#succession = null;
      });
      return this.#succession;
    }
    // What the one under way has read may be older than what this call is about.
    const next = (): Promise<Succession> => {
      this.#successionAfter = null;
      return this.#succeed();
    };
    this.#successionAfter ??= this.#succession.then(next, next);
    return this.#successionAfter;
  }

  async #startNext(): Promise<Succession> {
    this.#restart?.abort();
    while (this.#edge && this.#leaving.size >= LEAVING_LIMIT) await Promise.race(this.#leaving);
    if (this.#closing) throw edgeErrors.make("did-not-start", { why: "the supervisor closes" });
    const next = this.#spawn();
    this.#next = next;
    try {
      ({ url: this.#url } = await next.ready);
    } catch (failure) {
      this.#log.error({ why: sentenceOf(failure) }, "an edge process did not start");
      this.#next = null;
      // A roll leaves the old one serving; it may have died meanwhile, though.
      if (this.#edge) this.counters.refused++;
      else this.#succeedLater(0);
      throw failure;
    }
    const before = this.#edge;
    this.#edge = next;
    this.#next = null;
    this.#log.info({ pid: next.pid, before: before?.pid }, "an edge process serves");
    if (!before) return { left: Promise.resolve() };
    this.counters.rolls++;
    return { left: this.#dismiss(before) };
  }

  #spawn(): EdgeProcess {
    const edge: EdgeProcess = new EdgeProcess(this.#options.command, {
      fds: this.#sockets.fds,
      clock: this.#clock,
      listener: {
        wantsRoll: (why) => this.#wantsRoll(edge, why),
        ended: (how) => this.#ended(edge, how),
      },
    });
    return edge;
  }

  #wantsRoll(edge: EdgeProcess, why: string): void {
    if (edge !== this.#edge || this.#next) return;
    this.#log.warn({ pid: edge.pid, why }, "the edge process asks for a successor");
    this.#succeedLater(edge.servedMs(this.#clock.monotonic()));
  }

  #ended(edge: EdgeProcess, how: string): void {
    if (edge !== this.#edge || this.#closing) return;
    this.#edge = null;
    this.counters.crashes++;
    this.#log.error({ pid: edge.pid, how }, "the edge process ended; connections wait");
    if (!this.#next) this.#succeedLater(edge.servedMs(this.#clock.monotonic()));
  }

  /** A successor at once, or after a pause when those before did not last. */
  #succeedLater(servedMs: number): void {
    // Before the first one ever served, whoever started the supervisor is told instead.
    if (this.#closing || !this.#begun) return;
    this.#misfortunes = servedMs >= STEADY_MS ? 1 : this.#misfortunes + 1;
    const pauses = RESTART_PAUSES_MS;
    const pauseMs = pauses[Math.min(this.#misfortunes, pauses.length) - 1] ?? 0;
    if (pauseMs > 0) this.#log.warn({ pauseMs }, "edge processes do not last; the next one waits");
    void this.#succeedAfter(ms(pauseMs));
  }

  async #succeedAfter(pause: Ms): Promise<void> {
    this.#restart?.abort();
    const restart = new AbortController();
    this.#restart = restart;
    // Also without a pause a later turn, when the failed succession is over. Unlike a timer it keeps the process alive.
    await this.#clock.sleep(pause, restart.signal);
    if (!restart.signal.aborted) await this.#succeed().catch(() => undefined); // told where it happens
  }

  #dismiss(edge: EdgeProcess): Promise<void> {
    const left = edge
      .leave("handover", this.#options.drainMs ?? DRAIN_LIMIT_MS)
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    return left;
  }

  async #close(): Promise<void> {
    this.#restart?.abort();
    const limitMs = this.#options.drainMs ?? DRAIN_LIMIT_MS;
    this.#next?.kill();
    await Promise.all([this.#next?.gone, this.#edge?.leave("end", limitMs), ...this.#leaving]);
    this.#sockets.close();
  }
}
