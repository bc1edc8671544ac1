// The publishing point: POST or PUT /ingest/{channel}/{any relative path}, DASH-IF Live Media Ingest, Interface 1.
import { type Closable, ms, RegistaError } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { Handler, HttpReply, HttpRequest } from "#http";
import { Admission, type AdmissionCounters } from "./admission.ts";
import { type BodyCounters, IngestBody } from "./body.ts";
import { packagerErrors } from "./errors.ts";
import { Headers } from "./headers.ts";
import { BODIES_LIMIT, OVERDUE_CHECK_MS, OVERDUE_MS } from "./limits.ts";
import { parseIngestPath } from "./path.ts";
import type { PartStore } from "./store.ts";

export interface IngestOptions {
  /** One for each channel that can be pushed. */
  readonly stores: readonly PartStore[];
  /** Milliseconds after its usual time at which a part is declared a gap; default OVERDUE_MS. */
  readonly overdueMs?: number;
  /** Takes bodies that run over many segments, as simple encoders send them; default false. */
  readonly endlessBodies?: boolean;
}

/** Counters since the start; `openBodies` is the present. */
export interface IngestCounters extends AdmissionCounters, BodyCounters {
  bodies: number;
  openBodies: number;
  /** Answered with a 4xx. */
  refusedBodies: number;
  /** The connection went before the body was complete. */
  brokenBodies: number;
  ignoredManifests: number;
}

interface Channel {
  readonly store: PartStore;
  readonly headers: Headers;
  readonly admission: Admission;
}

const noCounts = (): IngestCounters => ({
  bodies: 0,
  openBodies: 0,
  refusedBodies: 0,
  brokenBodies: 0,
  ignoredManifests: 0,
  bytes: 0,
  headers: 0,
  fragments: 0,
  parts: 0,
  lateParts: 0,
  duplicateParts: 0,
  partsAfterGap: 0,
  otherSources: 0,
  stretchedSamples: 0,
  droppedSamples: 0,
});

/** Takes what encoders push and fills the stores; declares gaps when nothing comes. Runs a timer until it is closed. */
export class Ingest implements Closable {
  readonly counters: IngestCounters = noCounts();
  /** Answers 200 when a body was taken whole, else 4xx with the error as JSON. Never rejects for what a peer did. */
  readonly handle: Handler = (request, reply) => this.#handle(request, reply);
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #endless: boolean;
  readonly #channels = new Map<string, Channel>();
  readonly #sweeps: Timer;

  constructor(options: IngestOptions, context: { clock: Clock; log: Log }) {
    this.#clock = context.clock;
    this.#log = context.log;
    this.#endless = options.endlessBodies ?? false;
    for (const store of options.stores) {
      const admission = new Admission({ store, counters: this.counters }, context);
      this.#channels.set(store.channel, { store, headers: new Headers(store), admission });
    }
    const overdueMs = options.overdueMs ?? OVERDUE_MS;
    this.#sweeps = context.clock.every(ms(OVERDUE_CHECK_MS), () => {
      for (const { admission } of this.#channels.values()) admission.sweep(overdueMs);
    });
  }

  async #handle(request: HttpRequest, reply: HttpReply): Promise<void> {
    this.counters.bodies += 1;
    try {
      await this.#take(request);
      reply.send(200, []);
    } catch (failure) {
      if (!(failure instanceof RegistaError)) throw failure;
      this.#refuse(failure, request, reply);
    }
  }

  async #take(request: HttpRequest): Promise<void> {
    const { method } = request;
    if (method !== "POST" && method !== "PUT") throw packagerErrors.make("bad-method", { method });
    const { channel, rendition } = parseIngestPath(request.path);
    const into = this.#channels.get(channel);
    if (!into) {
      const known = [...this.#channels.keys()].join(", ");
      throw packagerErrors.make("unknown-channel", { channel, known });
    }
    if (this.counters.openBodies >= BODIES_LIMIT) {
      throw packagerErrors.make("busy", { limit: BODIES_LIMIT });
    }
    this.counters.openBodies += 1;
    try {
      if (rendition === null) await this.#ignore(request);
      else await this.#read(request, rendition, into);
    } finally {
      this.counters.openBodies -= 1;
    }
  }

  async #ignore(request: HttpRequest): Promise<void> {
    this.counters.ignoredManifests += 1;
    for await (const bytes of request.body) this.counters.bytes += bytes.length;
  }

  async #read(request: HttpRequest, rendition: string, into: Channel): Promise<void> {
    const { remoteAddress: address } = request;
    const options = { grid: into.store.grid, rendition, address, endless: this.#endless };
    const body = new IngestBody(options, { ...into, counters: this.counters });
    try {
      for await (const bytes of request.body) body.push(bytes, this.#clock.utc());
      body.end();
    } finally {
      body.close();
    }
  }

  #refuse(failure: RegistaError, request: HttpRequest, reply: HttpReply): void {
    if (reply.done) this.counters.brokenBodies += 1;
    else this.counters.refusedBodies += 1;
    const { code, message } = failure;
    this.#log.warn({ code, path: request.path, from: request.remoteAddress }, message);
    if (reply.done || reply.started) return;
    const allow = failure.status === 405 ? ([["Allow", "POST, PUT"]] as const) : [];
    const headers = [["Content-Type", "application/json"], ...allow] as const;
    reply.send(failure.status, headers, JSON.stringify(failure));
  }

  close(): Promise<void> {
    this.#sweeps.cancel();
    return Promise.resolve();
  }
}

/** A publishing point for `options.stores`. */
export function createIngest(options: IngestOptions, context: { clock: Clock; log: Log }): Ingest {
  return new Ingest(options, context);
}
