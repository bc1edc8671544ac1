// The body of a media object as it passes: followed box by box, counted, hashed on some viewers, and never kept.
import { createHash, type Hash } from "node:crypto";
import type { SampleDefaults } from "#media/cmaf";
import type { AnswerHead } from "./answerReader.ts";
import { BoxScanner } from "./boxScanner.ts";
import type { Host } from "./host.ts";
import type { LaneSink } from "./lane.ts";
import type { FragmentFacts } from "./moof.ts";
import type { ViewerErrorKind } from "./reasons.ts";
import type { Place, Timeline } from "./timeline.ts";

/** What is asked for. */
export interface MediaObject extends Place {
  readonly path: string;
  readonly defaults: SampleDefaults;
  /** The last byte asked for; null: all. */
  readonly last: number | null;
  /** Of a growing object that is asked for in part, how far behind capture its media counts as there, ms. */
  readonly lagMs: number | null;
}

/** Who asked. */
export interface MediaOwner {
  objectDone(): void;
  objectFailed(kind: ViewerErrorKind, sinceMs: number, detail: string): void;
}

/** Takes the objects of one track, one after another. */
export class MediaIntake implements LaneSink {
  readonly #host: Host;
  readonly #timeline: Timeline;
  readonly #owner: MediaOwner;
  readonly #scanner: BoxScanner;
  #object: MediaObject | null = null;
  #status = 0;
  #bytes = 0;
  #fragments = 0;
  #askedAt = 0;
  /** The answer grows: nobody knows its length yet. */
  #growing = false;
  #hash: Hash | null = null;

  constructor(host: Host, timeline: Timeline, owner: MediaOwner) {
    this.#host = host;
    this.#timeline = timeline;
    this.#owner = owner;
    this.#scanner = new BoxScanner({
      fragment: (facts) => this.#fragment(facts),
      fragmentEnd: () => this.#fragmentEnd(),
      notBoxes: (problem) => this.#fault("not-a-box", problem),
    });
  }

  /** Begins with an object; its answer is next. */
  begin(object: MediaObject): void {
    this.#object = object;
    this.#askedAt = this.#host.shared.clock.monotonic();
    this.#status = 0;
  }

  head(head: Readonly<AnswerHead>): void {
    const object = this.#object as MediaObject;
    this.#status = head.status;
    this.#bytes = 0;
    this.#fragments = 0;
    this.#growing = head.chunked || head.whole < 0;
    this.#hash = null;
    if (!this.#good) return;
    this.#scanner.begin(object.defaults);
    if (head.status === 200) {
      if (this.#host.options.sampled) this.#hash = createHash("sha1");
    } else if (object.last === null || head.first !== 0 || head.last > object.last)
      this.#fault("bad-range", `${head.first}-${head.last}`);
  }

  body(bytes: Buffer, from: number, to: number): void {
    const { rates, shared } = this.#host;
    this.#bytes += to - from;
    this.#host.count(to - from, 0);
    if (!this.#good) return;
    if (this.#scanner.between) rates.begin(shared.readAt);
    else rates.more(to - from, shared.readAt);
    this.#scanner.feed(bytes, from, to);
    this.#hash?.update(bytes.subarray(from, to));
  }

  end(): void {
    const object = this.#object as MediaObject;
    this.#host.count(0, this.#good ? 1 : 0);
    if (!this.#good)
      return this.#owner.objectFailed("status", this.#host.shared.readAt, String(this.#status));
    if (this.#status === 206) this.#scaled(object);
    else this.#whole(object);
    this.#owner.objectDone();
  }

  failed(kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#hash = null;
    this.#owner.objectFailed(kind, sinceMs, detail);
  }

  get #good(): boolean {
    return this.#status === 200 || this.#status === 206;
  }

  #whole({ path }: MediaObject): void {
    const { ledger } = this.#host.shared;
    if (this.#fragments === 0 && !this.#scanner.lost) this.#fault("not-a-box", "no media in it");
    else if (!this.#scanner.between && !this.#scanner.lost) this.#fault("cut-box", "");
    const other = ledger.size(path, this.#bytes);
    if (other !== null) this.#fault("wrong-size", `${this.#bytes} bytes, others got ${other}`);
    if (!this.#hash) return;
    const hash = this.#hash.digest("hex");
    this.#hash = null;
    const known = ledger.hash(path, hash);
    if (known === "first") this.#host.sink.hashed(path, hash);
    if (known === "other") this.#fault("wrong-hash", hash);
  }

  #scaled(object: MediaObject): void {
    const { lagMs } = object;
    // The answer's own delay is part of how far its media lies back.
    const waitedMs = this.#host.shared.readAt - this.#askedAt;
    this.#host.run();
    this.#timeline.credit(object, this.#growing && lagMs !== null ? lagMs + waitedMs : null);
    this.#host.arrived();
  }

  #fragment(facts: Readonly<FragmentFacts>): void {
    this.#timeline.fragment(facts, this.#object as MediaObject, this.#fragments === 0);
    this.#fragments += 1;
  }

  #fragmentEnd(): void {
    this.#host.rates.end();
    this.#host.run();
    this.#timeline.fragmentEnd();
    this.#host.arrived();
  }

  #fault(kind: Parameters<Host["fault"]>[0], detail: string): void {
    this.#host.fault(kind, `${this.#object?.path ?? ""}: ${detail}`);
  }
}
