// The stage of the plays of cues: a hub on a clock of its own, an origin that does what it is told, and listeners.
import type { TestContext } from "node:test";
import { monoMs, ms, type UtcMs, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import {
  type BodyStream,
  type Burst,
  type HeaderList,
  type HttpReply,
  type HttpRequest,
  unframeChunk,
} from "#http";
import { Tally } from "../reasons.ts";
import { FieldList } from "../workers/fieldList.ts";
import { CueHub } from "./hub.ts";

/** When the stage's time begins. */
export const START = 1_795_301_664_120;
/** The first number of the origin. */
export const FIRST = START - 1_000_000;

/** The origin as an edge's carrier gives it. */
export class PlayedOrigin {
  first = FIRST;
  oldest = FIRST;
  next = FIRST;
  /** What is answered in place of anything else, once each. */
  failing: number[] = [];
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #objects = new Map<number, string>();
  readonly #held: { seq: number; reply: HttpReply }[] = [];

  /** A cue with this media time; returns its number. */
  enter(mediaTimeMs: number, more: object = {}): number {
    const seq = this.next;
    this.next += 1;
    this.#objects.set(seq, JSON.stringify({ v: 1, seq, mediaTimeMs, kind: "goal", ...more }));
    this.#settle();
    return seq;
  }

  /** What lies under a number, whatever it is. */
  put(seq: number, text: string): void {
    this.#objects.set(seq, text);
    this.next = Math.max(this.next, seq + 1);
    this.#settle();
  }

  /** Forgets all below a number. */
  forget(below: number): void {
    this.oldest = below;
    for (const seq of this.#objects.keys()) if (seq < below) this.#objects.delete(seq);
  }

  /** A new run begins here; what was held is let go. */
  restart(first: number): void {
    this.first = first;
    this.oldest = first;
    this.next = first;
    this.#objects.clear();
    this.endHolds();
  }

  /** What is held is answered 404. */
  endHolds(): void {
    for (const { reply } of this.#held.splice(0)) reply.send(404, [], "");
  }

  get holding(): number {
    return this.#held.filter(({ reply }) => !reply.done).length;
  }

  answer(request: HttpRequest, reply: HttpReply): void {
    this.asked.push(request.path);
    const failure = this.failing.shift();
    if (failure !== undefined) return reply.send(failure, [], "");
    const { first, oldest, next } = this;
    if (request.path === "/match/cues.json")
      return reply.send(200, [], JSON.stringify({ v: 1, first, oldest, next }));
    const seq = Number(/^\/match\/cues\/(\d+)\.json$/.exec(request.path)?.[1]);
    const text = this.#objects.get(seq);
    if (text !== undefined) return reply.send(200, [], text);
    if (seq === next) return void this.#held.push({ seq, reply });
    reply.send(seq < oldest ? 410 : 404, [], "");
  }

  #settle(): void {
    const held = this.#held.splice(0);
    for (const one of held) {
      const text = this.#objects.get(one.seq);
      if (text === undefined) this.#held.push(one);
      else one.reply.send(200, [], text);
    }
  }
}

/** A listener's side of a stream. */
export class PlayedListener implements HttpReply, BodyStream {
  status = 0;
  headers: HeaderList = [];
  text = "";
  ended = false;
  broken = false;
  backlog = 0;
  started = false;
  readonly #gone: (() => void)[] = [];

  get done(): boolean {
    return this.ended || this.broken;
  }

  /** What was told, one word an event: its kind and its id. */
  get told(): string[] {
    return [...this.text.matchAll(/id: (\d+)\nevent: (cue|lost)/g)].map(
      ([, id, event]) => `${event} ${id}`,
    );
  }

  /** Numbers of the cues that were told, in order. */
  get cues(): number[] {
    return [...this.text.matchAll(/event: cue\ndata: ([^\n\r]*)\n/g)].map(
      ([, data]) => (JSON.parse(data as string) as { seq: number }).seq,
    );
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    this.stream(status, headers);
    this.text = typeof body === "string" ? body : Buffer.from(body ?? []).toString();
    this.ended = true;
  }

  stream(status: number, headers: HeaderList): BodyStream {
    this.started = true;
    this.status = status;
    this.headers = headers;
    return this;
  }

  write(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString();
  }

  writeFrame(frame: Uint8Array): void {
    this.write(unframeChunk(frame));
  }

  catchUp(pieces: readonly Uint8Array[], framed: boolean): void {
    for (const piece of pieces) this.write(framed ? unframeChunk(piece) : piece);
  }

  end(): void {
    this.ended = true;
  }

  abort(): void {
    this.broken = true;
  }

  put(_burst: Burst): never {
    throw new Error("a stream of cues is written, not put");
  }

  onGone(listener: () => void): void {
    this.#gone.push(listener);
  }

  leave(): void {
    this.broken = true;
    for (const listener of this.#gone.splice(0)) listener();
  }
}

export class CueStage {
  readonly clock: ManualClock = manualClock(utcMs(START));
  readonly origin = new PlayedOrigin();
  readonly reasons = new Tally();
  readonly hub: CueHub;

  constructor(t: TestContext) {
    this.hub = new CueHub({
      ...{ id: "e1", clock: this.clock, log: silentLog, reasons: this.reasons },
      carry: (request, reply) => this.origin.answer(request, reply),
    });
    t.after(() => this.hub.close());
  }

  get now(): UtcMs {
    return this.clock.utc();
  }

  /** One more listener; what it asked for has been worked off when this resolves. */
  async listen(
    query = "",
    fields: HeaderList = [],
    more: { channel?: string; method?: string } = {},
  ): Promise<PlayedListener> {
    const listener = this.join(query, fields, more);
    await settled();
    return listener;
  }

  /** The same, without waiting. */
  join(
    query = "",
    fields: HeaderList = [],
    { channel = "match", method = "GET" }: { channel?: string; method?: string } = {},
  ): PlayedListener {
    const listener = new PlayedListener();
    const path = `/${channel}/cues/live`;
    this.hub.handle(
      channel,
      {
        ...{ method, path, query, target: `${path}?${query}`, remoteAddress: "127.0.0.1" },
        headers: new FieldList(fields),
        receivedAt: monoMs(0),
        body: (async function* () {})(),
      },
      listener,
    );
    return listener;
  }

  /** Moves time on in steps that leave room for what follows from each. */
  async pass(durationMs: number, stepMs = 50): Promise<void> {
    for (let left = durationMs; left > 0; left -= stepMs) {
      this.clock.advance(ms(Math.min(stepMs, left)));
      await settled();
    }
    await settled();
  }

  /** Lets what was answered be worked off. */
  async settle(): Promise<void> {
    await settled();
  }
}

/** Longer than the longest chain of promises between an answer and what is told of it. */
const TURNS = 60;

async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
