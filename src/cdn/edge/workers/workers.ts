// Several threads on one port. The main thread holds the host tier: one request upstream for each object, and each byte once;
// the workers hold the sockets, and views of the bytes.
import { ms, Scope } from "#base";
import { Carrier, type OtherTiers } from "../carrier.ts";
import type { Release } from "../cues/releases.ts";
import { gatherIn } from "../delivery/bodyArena.ts";
import type { Listening } from "../gate.ts";
import type { Figures } from "../show.ts";
import { holdSockets } from "../supervisor/heldSocket.ts";
import { addUp, hostFigures, nothing } from "./hostFigures.ts";
import { FIGURES_WAIT_MS, RESTART_MS } from "./limits.ts";
import type { Serving, ServingParts } from "./serving.ts";
import { sharedMemory } from "./sharedBodies.ts";
import { WorkerThread } from "./workerThread.ts";

export class Workers implements Serving {
  readonly #parts: ServingParts;
  readonly #count: number;
  readonly #tier: Carrier;
  readonly #scope = new Scope();
  #threads: WorkerThread[] = [];
  /** Of threads that have gone and were replaced. */
  #past: Figures = nothing;
  #url = "";
  #dropped: string[] = [];
  /** Threads that did not answer the last question for figures. */
  #silent = 0;
  #releases: readonly Release[] | null = null;
  #begun = false;
  #draining = false;

  constructor(parts: ServingParts, count: number) {
    const { options, supply, reporter, clock, log } = parts;
    const { id, cacheBytes, routes } = options;
    this.#parts = parts;
    this.#count = count;
    this.#tier = new Carrier({
      ...{ id, supply, cacheBytes, routes, reporter, clock, log },
      gather: gatherIn(sharedMemory),
      others: this.#others(),
    });
    this.#scope.defer(() => this.#tier.close());
  }

  get url(): string {
    return this.#url;
  }

  get figures(): Figures {
    const { cache, tally, transfers } = this.#tier;
    const host = {
      reasons: tally.all(),
      transfers,
      cache: { objects: cache.size, bytes: cache.bytes },
    };
    const serving = this.#threads.filter((thread) => thread.alive).length;
    const told = this.#threads.map((thread) => thread.figures);
    return hostFigures(host, [this.#past, ...told], { serving, silent: this.#silent });
  }

  async refresh(): Promise<void> {
    let silent = this.#threads.length;
    const told = this.#threads.map((thread) => thread.refresh().then(() => silent--));
    const wait = new AbortController();
    const limit = this.#parts.clock.sleep(ms(FIGURES_WAIT_MS), wait.signal);
    await Promise.race([Promise.all(told), limit]);
    wait.abort();
    this.#silent = silent;
  }

  async start(): Promise<void> {
    this.#scope.defer(() => this.#endThreads());
    const places = await this.#places();
    this.#threads = places.map((place) => this.#thread(place));
    const [first] = await Promise.all(this.#threads.map((thread) => thread.ready));
    this.#url = first?.url ?? "";
    this.#begun = true;
  }

  release(releases: readonly Release[]): void {
    this.#releases = releases;
    for (const thread of this.#threads) thread.release(releases);
  }

  async drain(times: { limitMs: number; idleMs: number }): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#threads.map((thread) => thread.drain(times)));
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  async #endThreads(): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Where each thread listens: on the socket that it inherits, or on one of its own beside the others'. */
  async #places(): Promise<Listening[]> {
    const { host = "127.0.0.1", port, listen } = this.#parts.options;
    if (listen) return listen.fds.map((fd) => ({ port, fd }));
    // One socket that never listens keeps the port, and is the first to be refused it.
    const place = await holdSockets({ host, port, count: 1 });
    this.#scope.defer(() => place.close());
    const { hostname, port: taken } = new URL(place.url);
    const own = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(taken), reusePort: true };
    return Array.from({ length: this.#count }, () => own);
  }

  #thread(listening: Listening): WorkerThread {
    const { options, saw, shows, clock, log } = this.#parts;
    // What cannot be cloned has no business in another thread.
    const { listen: _sockets, ...cloned } = options;
    const thread = new WorkerThread({
      edge: options.id,
      start: { options: cloned, listening },
      handle: (request, reply) => this.#tier.handle(request, reply),
      stored: (request) => this.#tier.stored(request),
      lost: (thread, why) => this.#lost(thread, listening, why),
      ...{ saw, shows, clock, log },
    });
    if (this.#releases) thread.release(this.#releases);
    return thread;
  }

  /** The other threads go on. An inherited socket went with its thread: only a new process has it again. */
  #lost(thread: WorkerThread, listening: Listening, why: string): void {
    if (!this.#begun || this.#draining) return;
    const { log, failing, clock } = this.#parts;
    log.error({ why }, "a worker thread ended; the others go on");
    if (listening.fd !== undefined) return failing(`a worker thread ended: ${why}`);
    const restart = clock.after(ms(RESTART_MS), () => {
      if (this.#draining) return;
      this.#past = addUp([this.#past, { ...thread.figures, tls: null }]);
      this.#threads[this.#threads.indexOf(thread)] = this.#thread(listening);
    });
    this.#scope.defer(() => restart.cancel());
  }

  #others(): OtherTiers {
    return {
      evicted: (variant) => {
        if (this.#dropped.push(variant) > 1) return;
        process.nextTick(() => {
          const message = { kind: "dropped", variants: this.#dropped } as const;
          this.#dropped = [];
          for (const thread of this.#threads) thread.tell(message);
        });
      },
      invalidated: (path, query) => {
        for (const thread of this.#threads) thread.tell({ kind: "invalid", path, query });
      },
    };
  }
}
