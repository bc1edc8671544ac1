// One rendition on its way to the origin: DASH-IF Live Media Ingest 1.2, Interface 1 (CMAF ingest). The header first and
// again on every reconnect (5.3), then a request for each segment, its body sent as it is made. Nothing here is waited
// for: while the origin is away the latest segment is kept, older ones are dropped and counted.
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient, Upload } from "#http";
import { broadcasterErrors } from "../errors.ts";
import {
  PUSH_ANSWER_LIMIT_MS,
  PUSH_BACKLOG_BYTES,
  PUSH_BUFFER_BYTES,
  PUSH_RETRY_LIMIT_MS,
  PUSH_RETRY_MS,
} from "../limits.ts";
import type { Fragment } from "./track.ts";

/** Counted since the start. */
export interface PushCounters {
  /** Segments that the origin took, to their last byte. */
  delivered: number;
  /** Segments that it did not take, or not wholly. */
  dropped: number;
  /** Times that the way to the origin was opened again. */
  reconnects: number;
  bytes: number;
}

/** A segment while it is made: everything of it so far, to be sent again from its beginning if the way breaks. */
interface Segment {
  readonly number: number;
  readonly fragments: Uint8Array[];
  bytes: number;
  whole: boolean;
  upload: Upload | null;
}

const mp4 = [["Content-Type", "video/mp4"]] as const;

export class Push implements Closable {
  readonly counters: PushCounters = { delivered: 0, dropped: 0, reconnects: 0, bytes: 0 };
  readonly #base: string;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #log: Log;
  #header: Uint8Array | null = null;
  #state: "idle" | "greeting" | "open" | "waiting" = "idle";
  #segment: Segment | null = null;
  #retry: Timer | null = null;
  #failures = 0;
  #lastError: string | null = null;
  #closed = false;

  /** `base`: the publishing point of the rendition, such as `http://origin/ingest/match/v720`. */
  constructor(base: string, context: { client: HttpClient; clock: Clock; log: Log }) {
    this.#base = base;
    this.#client = context.client;
    this.#clock = context.clock;
    this.#log = context.log;
  }

  /** Whether the origin takes media now; null before the first try. */
  get connected(): boolean {
    return this.#state === "open";
  }

  /** Why it does not, or did not last. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Takes the header; a changed one is sent before the next segment. */
  header(bytes: Uint8Array): void {
    if (this.#header && Buffer.compare(this.#header, bytes) === 0) return;
    this.#header = bytes;
    if (this.#state === "idle" || this.#state === "open") void this.#greet();
  }

  /** Takes one fragment and sends it at once if the way is open. */
  fragment(fragment: Fragment): void {
    if (this.#closed) return;
    const { segment } = fragment.position;
    if (fragment.first || this.#segment === null || this.#segment.number !== segment) {
      this.#finish();
      // Begun in the middle, after a hole: the origin would not know what came before.
      if (!fragment.first) return;
      this.#segment = { number: segment, fragments: [], bytes: 0, whole: false, upload: null };
      if (this.#state === "open") this.#begin(this.#segment);
    }
    this.#add(this.#segment, fragment);
    if (fragment.last) this.#finish();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    this.#segment?.upload?.abort();
    this.#segment = null;
    return Promise.resolve();
  }

  #add(segment: Segment, fragment: Fragment): void {
    segment.bytes += fragment.bytes.length;
    segment.whole = fragment.last;
    if (segment.bytes <= PUSH_BUFFER_BYTES) segment.fragments.push(fragment.bytes);
    if (!segment.upload) return;
    segment.upload.write(fragment.bytes);
    this.counters.bytes += fragment.bytes.length;
    if (segment.upload.backlog <= PUSH_BACKLOG_BYTES) return;
    const why = `${segment.upload.backlog} bytes wait for it`;
    this.#broke(segment, broadcasterErrors.make("ingest-lost", { url: this.#base, why }));
  }

  /** Opens the request of a segment and sends what there is of it. */
  #begin(segment: Segment): void {
    if (segment.bytes > PUSH_BUFFER_BYTES) return;
    const url = `${this.#base}/${segment.number}.m4s`;
    const upload = this.#client.upload({ method: "POST", url, headers: mp4 });
    segment.upload = upload;
    for (const bytes of segment.fragments) upload.write(bytes);
    this.counters.bytes += segment.bytes;
    void upload.failed.then((failure) => {
      if (this.#segment === segment && segment.upload === upload) this.#broke(segment, failure);
    });
  }

  /** Ends the present segment: its answer is looked at when it comes, the next segment does not wait for it. */
  #finish(): void {
    const segment = this.#segment;
    this.#segment = null;
    if (!segment) return;
    if (!segment.upload) this.counters.dropped++;
    else if (segment.whole) void this.#settle(segment.number, segment.upload);
    else {
      segment.upload.abort();
      this.counters.dropped++;
    }
  }

  async #settle(number: number, upload: Upload): Promise<void> {
    const timer = this.#clock.after(ms(PUSH_ANSWER_LIMIT_MS), () => upload.abort());
    try {
      const { status, body } = await upload.end();
      if (status >= 300) throw this.#refusal(`segment ${number}`, status, body);
      this.counters.delivered++;
    } catch (failure) {
      this.counters.dropped++;
      this.#lost(failure);
    } finally {
      timer.cancel();
    }
  }

  /** The way broke under a segment: it is kept and sent again from its beginning. */
  #broke(segment: Segment, failure: Error): void {
    segment.upload?.abort();
    segment.upload = null;
    this.#lost(failure);
  }

  /** Sends the header; from then on the way is open. */
  async #greet(): Promise<void> {
    if (!this.#header || this.#closed) return;
    this.#state = "greeting";
    const sent = this.#header;
    try {
      const url = `${this.#base}/init.mp4`;
      const answer = await this.#client.fetch({
        method: "POST",
        url,
        headers: mp4,
        body: sent,
        headTimeoutMs: PUSH_ANSWER_LIMIT_MS,
      });
      if (answer.status >= 300)
        throw this.#refusal("the header", answer.status, new TextDecoder().decode(answer.body));
    } catch (failure) {
      this.#lost(failure);
      return;
    }
    if (this.#closed) return;
    if (this.#failures > 0) this.#log.info({ to: this.#base }, "the origin takes media again");
    this.#retry?.cancel();
    this.#failures = 0;
    this.#state = "open";
    if (this.#header !== sent) void this.#greet();
    else if (this.#segment && !this.#segment.upload) this.#begin(this.#segment);
  }

  #lost(failure: unknown): void {
    if (this.#closed || this.#state === "waiting") return;
    this.#state = "waiting";
    this.#lastError = this.#sentence(failure);
    if (this.#failures === 0)
      this.#log.warn({ to: this.#base, why: this.#lastError }, "the origin does not take media");
    const wait = Math.min(PUSH_RETRY_LIMIT_MS, PUSH_RETRY_MS * 2 ** Math.min(6, this.#failures));
    this.#failures++;
    this.counters.reconnects++;
    this.#retry = this.#clock.after(ms(wait), () => void this.#greet());
  }

  #sentence(failure: unknown): string {
    const isOurs =
      failure instanceof Error &&
      "code" in failure &&
      String(failure.code).startsWith("broadcaster/");
    const why = sentenceOf(failure);
    return isOurs
      ? why
      : sentenceOf(broadcasterErrors.make("ingest-lost", { url: this.#base, why }));
  }

  #refusal(what: string, status: number, body: string): Error {
    return broadcasterErrors.make("ingest-refused", {
      what,
      status,
      why: body.slice(0, 200) || "it gave no reason",
    });
  }
}
