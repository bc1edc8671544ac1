// A worker thread of an edge: sockets and a cache of views, before the host tier in the main thread.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { invariant, ms, sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { createLog } from "#base/log";
import { Gate, type Shows } from "../gate.ts";
import { HostTier } from "./hostTier.ts";
import { FIGURES_MS, SESSIONS_TOLD } from "./limits.ts";
import type { TierAnswer, TierAsk, WorkerNews, WorkerOrder, WorkerStart } from "./messages.ts";
import { SharedBodies } from "./sharedBodies.ts";

class WorkerMain {
  readonly #port: MessagePort;
  readonly #tier: HostTier;
  readonly #gate: Gate;
  readonly #sessions = new Set<string>();
  readonly #shown = new Map<number, (shown: unknown) => void>();
  #shows = 0;

  constructor(port: MessagePort, { options }: WorkerStart) {
    this.#port = port;
    const bodies = new SharedBodies();
    this.#tier = new HostTier({
      edge: options.id,
      bodies,
      post: (message) => this.#tell(message),
    });
    this.#gate = new Gate({
      options,
      supply: this.#tier,
      // The host tier stamps what it gets; what its own threads get of it is no further hop.
      reporter: { stamp: () => undefined },
      tiers: { gather: bodies.gather },
      saw: (session) => this.#sessions.size < SESSIONS_TOLD && this.#sessions.add(session),
      shows: this.#wholeEdge(),
      clock: systemClock,
      log: createLog("edge worker"),
    });
  }

  async run({ listening }: WorkerStart): Promise<void> {
    this.#port.on("message", (message: TierAnswer | WorkerOrder) => this.#heard(message));
    try {
      await this.#gate.start(listening);
    } catch (failure) {
      this.#tell({ kind: "failed", why: sentenceOf(failure) });
      return;
    }
    systemClock.every(ms(FIGURES_MS), () => this.#tellFigures());
    this.#tellFigures();
    this.#tell({ kind: "ready", url: this.#gate.url });
  }

  #heard(message: TierAnswer | WorkerOrder): void {
    switch (message.kind) {
      case "dropped":
        for (const variant of message.variants) this.#gate.carrier.cache.dropVariant(variant);
        return;
      case "invalid":
        return this.#gate.carrier.invalidate(message.path, message.query);
      case "tellFigures":
        return this.#tellFigures();
      case "releases":
        return this.#gate.release(message.releases);
      case "shown":
        this.#shown.get(message.id)?.(message.shown);
        this.#shown.delete(message.id);
        return;
      case "drain":
        void this.#gate.drain(message).then(() => this.#tell({ kind: "drained" }));
        return;
      case "close":
        void this.#close();
        return;
      default:
        return this.#tier.heard(message);
    }
  }

  async #close(): Promise<void> {
    await this.#gate.close();
    await this.#tier.close();
    this.#tellFigures();
    this.#port.close();
  }

  #tellFigures(): void {
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    this.#tell({ kind: "figures", figures: this.#gate.figures, sessions });
  }

  #wholeEdge(): Shows {
    const show = <Shown>(what: "status" | "metrics"): Promise<Shown> =>
      new Promise((resolve) => {
        const id = ++this.#shows;
        this.#shown.set(id, (shown) => resolve(shown as Shown));
        this.#tell({ kind: "show", id, what });
      });
    return { status: () => show("status"), metrics: () => show("metrics") };
  }

  #tell(message: TierAsk | WorkerNews): void {
    this.#port.postMessage(message, []);
  }
}

invariant(parentPort, "a worker thread has a parent");
const start = workerData as WorkerStart;
await new WorkerMain(parentPort, start).run(start);
