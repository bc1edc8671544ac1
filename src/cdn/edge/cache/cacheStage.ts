// The stage of the cache's plays: a carrier with a scripted supply, viewers without sockets, and time that is moved by hand.
import { ms, monoMs, utcMs } from "#base";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import type {
  BodyStream,
  Burst,
  HeaderList,
  HttpReply,
  HttpRequest,
  PendingRequest,
  ReceivedHeaders,
  ResponseSink,
} from "#http";
import { Carrier } from "../carrier.ts";
import type { Reason } from "../reasons.ts";
import { type Supply, type SupplyCounters, supplyCounters, type Wanted } from "../supply.ts";
import type { RouteRule } from "./routes.ts";

/** Sat, 21 Nov 2026 20:00:00 GMT */
const START = utcMs(1_795_291_200_000);

/** Fields as lists, read without case. */
export function received(fields: HeaderList): ReceivedHeaders {
  return {
    get: (name) => {
      const key = name.toLowerCase();
      const values = fields.filter(([other]) => other.toLowerCase() === key);
      return values.length === 0 ? undefined : values.map(([, value]) => value).join(", ");
    },
    entries: () => fields,
  };
}

/** One request as it came to the supply. */
export class Asked {
  readonly method: string;
  readonly target: string;
  readonly fields: ReceivedHeaders;
  aborted = false;
  readonly #sink: ResponseSink;

  constructor(what: { method: string; target: string; fields: HeaderList }, sink: ResponseSink) {
    this.method = what.method;
    this.target = what.target;
    this.fields = received(what.fields);
    this.#sink = sink;
  }

  /** A whole answer. */
  answer(status: number, fields: HeaderList, body = ""): void {
    this.head(status, [...fields, ["Content-Length", String(body.length)]]);
    if (body !== "") this.data(body);
    this.end();
  }

  head(status: number, fields: HeaderList): void {
    if (!this.aborted) this.#sink.head(status, received(fields));
  }

  data(text: string): void {
    if (!this.aborted) this.#sink.data(Buffer.from(text), 0);
  }

  end(): void {
    if (!this.aborted) this.#sink.end();
  }

  fail(why = "it broke."): void {
    if (!this.aborted) this.#sink.fail(new Error(why));
  }
}

class ScriptedSupply implements Supply {
  readonly asked: Asked[] = [];
  readonly counters = Object.fromEntries(
    Object.keys(supplyCounters).map((name) => [name, 0]),
  ) as SupplyCounters;

  fetch({ method, target, headers }: Wanted, sink: ResponseSink): PendingRequest {
    return this.#asked({ method, target, fields: headers }, sink);
  }

  pass(request: HttpRequest, fields: HeaderList, sink: ResponseSink): PendingRequest {
    return this.#asked({ method: request.method, target: request.target, fields }, sink);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #asked(what: { method: string; target: string; fields: HeaderList }, sink: ResponseSink) {
    const asked = new Asked(what, sink);
    this.asked.push(asked);
    return { abort: () => void (asked.aborted = true) };
  }
}

/** A viewer's request and what it was answered. */
export class Visit implements HttpReply {
  status = 0;
  body = "";
  done = false;
  broken = false;
  #fields: ReceivedHeaders = received([]);
  readonly #method: string;
  #gone: (() => void) | null = null;

  constructor(method: string) {
    this.#method = method;
  }

  get started(): boolean {
    return this.status > 0;
  }

  get(name: string): string | undefined {
    return this.#fields.get(name);
  }

  put(burst: Burst): void {
    if (burst.head) this.#begin(burst.head.status, burst.head.headers);
    if (this.#method === "HEAD") return this.#end();
    for (const piece of burst.pieces) this.body += String(Buffer.from(piece));
    if (burst.last) this.#end();
  }

  send(status: number, headers: HeaderList, body: Uint8Array | string = ""): void {
    this.#begin(status, headers);
    if (this.#method !== "HEAD") this.body = String(Buffer.from(body));
    this.#end();
  }

  stream(status: number, headers: HeaderList): BodyStream {
    this.#begin(status, headers);
    const write = (bytes: Uint8Array): void => void (this.body += String(Buffer.from(bytes)));
    return {
      backlog: 0,
      write,
      writeFrame: write,
      catchUp: (pieces) => pieces.forEach(write),
      end: () => this.#end(),
      abort: () => this.abort(),
    };
  }

  abort(): void {
    this.broken = true;
    this.#end();
  }

  onGone(listener: () => void): void {
    this.#gone = listener;
  }

  /** The viewer goes before the answer has ended. */
  leave(): void {
    this.done = true;
    this.#gone?.();
  }

  #begin(status: number, headers: HeaderList): void {
    this.status = status;
    this.#fields = received(headers);
  }

  #end(): void {
    this.done = true;
  }
}

/** Fields given as an object. */
type FieldsByName = Readonly<Record<string, string>>;

export class CacheStage {
  readonly clock: ManualClock = manualClock(START);
  readonly carrier: Carrier;
  readonly #supply = new ScriptedSupply();

  constructor(options: { routes?: readonly RouteRule[]; cacheBytes?: number } = {}) {
    this.carrier = new Carrier({
      id: "e1",
      supply: this.#supply,
      cacheBytes: options.cacheBytes ?? 1024 * 1024,
      routes: options.routes,
      reporter: { stamp: () => undefined },
      clock: this.clock,
      log: silentLog,
    });
  }

  /** All requests that went to the supply. */
  get asked(): readonly Asked[] {
    return this.#supply.asked;
  }

  /** The last one. */
  get last(): Asked {
    const last = this.asked.at(-1);
    if (!last) throw new Error("nothing was asked of the supply");
    return last;
  }

  ask(target: string, fields: FieldsByName = {}, method = "GET"): Visit {
    const [path = "", query = ""] = target.split("?");
    const visit = new Visit(method);
    const headers = received([["Host", "edge"], ...Object.entries(fields)]);
    const request = { method, target, path, query, headers } as Partial<HttpRequest>;
    this.carrier.handle({ ...request, receivedAt: monoMs(0) } as HttpRequest, visit);
    return visit;
  }

  /** A visit that the supply answers at once; resolves when the viewer has it. */
  async fill(target: string, answer: HeaderList, options: Filling = {}): Promise<Visit> {
    const visit = this.ask(target, options.fields);
    this.last.answer(options.status ?? 200, answer, options.body ?? "whole");
    await turn();
    return visit;
  }

  advance(seconds: number): void {
    this.clock.advance(ms(seconds * 1_000));
  }

  count(reason: Reason): number {
    return this.carrier.tally.of(reason);
  }
}

interface Filling {
  readonly status?: number;
  readonly body?: string;
  readonly fields?: FieldsByName;
}

/** Everything that is due in this turn has happened: bursts have left, who waited in a queue was let in. */
export const turn = (): Promise<void> => systemClock.sleep(ms(0));
