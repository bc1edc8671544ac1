// Cues over the last hop: server-sent events from one of the edges, by fetch, so that its silence is heard too.
import { type CueEvent, type CueSource, EventStreamReader } from "../cues/index.ts";
import type { PageClock } from "./clock.ts";
import { cuePath, cueStreamPath } from "./paths.ts";

/** Wait before another edge is asked, ms, doubled each time up to the next; half of it is by chance: many wait. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;
/** The wait after an edge has said that there is no such stream, ms: it will not be there a moment later. */
const REFUSED_WAIT_MS = 15_000;
/** The head of a stream has to be there by then, ms: an edge that begins to follow a channel takes 2 s at most. */
const HEAD_DEADLINE_MS = 4_000;
/** A stream that says nothing for so long is given up, ms: an edge sends a comment more often. */
const SILENCE_MS = 20_000;
/** A stream that lived so long was well: the waits begin anew, ms. */
const WELL_MS = 5_000;
/** One numbered object has to be there by then, ms. */
const OBJECT_DEADLINE_MS = 1_500;

export interface CueSourceOptions {
  readonly channel: string;
  /** Base URLs of edges as this page reaches them, the best first. Asked anew at each connection. */
  readonly edges: () => readonly string[];
  readonly clock: PageClock;
  /** 0 to 1, by chance. */
  readonly random: () => number;
}

/**
 * The edges in the order in which events are asked of them: first those that do not deliver the media now. A browser opens
 * six connections to one host over HTTP/1.1, HLS uses up to five, and a stream would hold one for the whole match.
 */
export function eventEdges<Edge extends { id: string }>(
  edges: readonly Edge[],
  delivering: string | null,
): Edge[] {
  const media = edges.filter(({ id }) => id === delivering);
  return [...edges.filter(({ id }) => id !== delivering), ...media];
}

/** A source that goes from edge to edge until it is left. */
export function cueSource(options: CueSourceOptions): CueSource {
  return {
    listen(lastSeq, heard) {
      const line = new Line(options, { lastSeq, heard });
      line.connect();
      return () => line.close();
    },
    async ask(seq) {
      for (const edge of options.edges().slice(0, 2)) {
        const signal = AbortSignal.timeout(OBJECT_DEADLINE_MS);
        const answer = await fetch(at(edge, cuePath(options.channel, seq)), { signal }).catch(
          () => null,
        );
        if (answer?.ok) return answer.text();
      }
      throw new Error(`no edge has cue ${seq}`);
    },
  };
}

const at = (edge: string, path: string): string => edge.replace(/\/+$/, "") + path;

interface Listener {
  readonly lastSeq: () => number;
  readonly heard: (event: CueEvent) => void;
}

/** One listener's way through the edges. */
class Line {
  readonly #options: CueSourceOptions;
  readonly #listener: Listener;
  #failures = 0;
  #asked = 0;
  #abort = new AbortController();
  #cancel = (): void => undefined;
  #closed = false;

  constructor(options: CueSourceOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
  }

  connect(): void {
    const edges = this.#options.edges();
    const edge = edges[this.#asked % Math.max(1, edges.length)];
    this.#asked += 1;
    if (edge === undefined) return this.#comeBack(LONGEST_WAIT_MS);
    this.#abort = new AbortController();
    const startedAt = this.#options.clock.monotonic();
    void this.#read(edge).then((status) => {
      if (this.#closed) return;
      this.#cancel();
      if (this.#options.clock.monotonic() - startedAt > WELL_MS) this.#failures = 0;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10));
      this.#failures += 1;
      const roundOver = this.#failures >= edges.length;
      this.#comeBack(status === 404 && roundOver ? REFUSED_WAIT_MS : wait);
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#abort.abort();
  }

  #comeBack(waitMs: number): void {
    const spread = waitMs * (0.5 + 0.5 * this.#options.random());
    this.#cancel = this.#options.clock.after(spread, () => this.connect());
  }

  /** Tells the stream's events until it ends, for whatever reason; its status, 0 where there was none. */
  async #read(edge: string): Promise<number> {
    const last = this.#listener.lastSeq();
    const from = last > 0 ? `?from=${last + 1}` : "";
    const abort = this.#abort;
    let status = 0;
    this.#limit(HEAD_DEADLINE_MS, abort);
    try {
      const answer = await fetch(at(edge, cueStreamPath(this.#options.channel)) + from, {
        cache: "no-store",
        signal: abort.signal,
      });
      status = answer.status;
      if (!answer.ok || !answer.body) return status;
      const events = new EventStreamReader(({ event, data }) => {
        if (!this.#closed) this.#listener.heard({ event, text: data });
      });
      const text = new TextDecoder();
      const reader = answer.body.getReader();
      for (;;) {
        this.#limit(SILENCE_MS, abort);
        const { done, value } = await reader.read();
        if (done) return status;
        events.take(text.decode(value, { stream: true }));
      }
    } catch {
      // An edge that cannot be reached, dies or falls silent: the next one is asked, from the same number.
      return status;
    } finally {
      abort.abort();
    }
  }

  #limit(ms: number, abort: AbortController): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => abort.abort());
  }
}
