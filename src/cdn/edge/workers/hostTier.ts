// The supply of a worker thread: the host tier of its edge, in the main thread, which holds the bytes.
import { RegistaError } from "#base";
import type { HeaderList, HttpRequest, PendingRequest, ReceivedHeaders, ResponseSink } from "#http";
import { edgeErrors } from "../errors.ts";
import {
  type Supply,
  type SupplyCounter,
  supplyCounters,
  type TierHeaders,
  type Wanted,
} from "../supply.ts";
import { FieldList, withoutOwnHop } from "./fieldList.ts";
import { TAKEN_EVERY } from "./limits.ts";
import type { BurstMessage, TierAnswer, TierAsk, TierHead } from "./messages.ts";
import type { SharedBodies } from "./sharedBodies.ts";

/** What a worker's supply stands on. */
export interface HostTierParts {
  /** The edge's name: all its threads are one hop. */
  readonly edge: string;
  readonly bodies: SharedBodies;
  /** Sends to the host tier. Bytes are copied, unless they are shared. */
  readonly post: (message: TierAsk) => void;
}

/** A request under way in the host tier. */
interface Asked {
  readonly sink: ResponseSink;
  readonly body: AsyncIterator<Uint8Array> | null;
  begun: boolean;
  /** Whether each piece is a transfer chunk. */
  grows: boolean;
  chunk: number;
  first: Uint8Array | null;
}

export class HostTier implements Supply {
  readonly #parts: HostTierParts;
  readonly #asked = new Map<number, Asked>();
  readonly #counters: Record<SupplyCounter, number>;
  #asks = 0;
  #taken = 0;
  #closed = false;

  constructor(parts: HostTierParts) {
    this.#parts = parts;
    const none = Object.keys(supplyCounters).map((counter) => [counter, 0]);
    this.#counters = Object.fromEntries(none) as Record<SupplyCounter, number>;
  }

  /** Of this thread: what it asked, and what came to nothing. How the upstreams were asked, the host tier knows. */
  get counters(): Readonly<Record<SupplyCounter, number>> {
    return this.#counters;
  }

  fetch(wanted: Wanted, sink: ResponseSink): PendingRequest {
    this.#counters.wanted++;
    const { method, target, headers } = wanted;
    return this.#ask({ method, target, headers, remoteAddress: "" }, sink, null);
  }

  pass(request: HttpRequest, headers: HeaderList, sink: ResponseSink): PendingRequest {
    this.#counters.passed++;
    const { method, target, remoteAddress } = request;
    const framed = ["host", "content-length", "transfer-encoding"].flatMap((name) => {
      const value = request.headers.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const ask = { method, target, headers: [...framed, ...headers], remoteAddress };
    return this.#ask(ask, sink, request.body[Symbol.asyncIterator]());
  }

  /** A message of the host tier. */
  heard(message: TierAnswer): void {
    if (message.kind === "burst" || message.kind === "broken") this.#took();
    if (message.kind === "burst") this.#burst(message);
    else if (message.kind === "broken") this.#broke(message.id);
    else if (message.kind === "wantsBody") void this.#moreBody(message.id);
  }

  /** Gives up everything under way. */
  close(): Promise<void> {
    this.#closed = true;
    for (const id of this.#asked.keys()) this.#broke(id);
    return Promise.resolve();
  }

  #ask(
    ask: { method: string; target: string; headers: HeaderList; remoteAddress: string },
    sink: ResponseSink,
    body: AsyncIterator<Uint8Array> | null,
  ): PendingRequest {
    const id = ++this.#asks;
    this.#asked.set(id, { sink, body, begun: false, grows: false, chunk: 0, first: null });
    const headers = withoutOwnHop(ask.headers, this.#parts.edge);
    if (this.#closed) queueMicrotask(() => this.#broke(id));
    else this.#parts.post({ kind: "ask", id, ...ask, headers });
    return {
      abort: () => {
        if (this.#forget(id)) this.#parts.post({ kind: "abort", id });
      },
    };
  }

  #burst({ id, head, pieces, last, whole }: BurstMessage): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    const here = (): boolean => this.#asked.get(id) === asked;
    if (head) {
      asked.begun = true;
      asked.grows = head.length === null;
      asked.sink.head(head.status, headersOf(head, this.#parts.edge));
    }
    for (const bytes of pieces) {
      if (!here()) return;
      asked.first ??= bytes;
      asked.sink.data(bytes, asked.chunk);
      if (asked.grows && here()) asked.sink.chunkEnd(asked.chunk++);
    }
    if (!last || !here()) return;
    if (whole && asked.first) this.#parts.bodies.landed(asked.first, whole);
    this.#forget(id);
    asked.sink.end();
  }

  #broke(id: number): void {
    const asked = this.#asked.get(id);
    if (!asked || !this.#forget(id)) return;
    this.#counters.failed++;
    const why = asked.begun ? "the rest of it did not come." : "it is closing.";
    asked.sink.fail(edgeErrors.make("upstream-down", { edge: this.#parts.edge, why }));
  }

  async #moreBody(id: number): Promise<void> {
    const { post } = this.#parts;
    const body = this.#asked.get(id)?.body;
    if (!body) return;
    try {
      const next = await body.next();
      // A view of a socket's buffer would take the whole buffer along.
      const bytes = next.done === true ? null : new Uint8Array(next.value);
      if (this.#asked.has(id)) post({ kind: "body", id, bytes });
    } catch (failure) {
      const why = failure instanceof RegistaError ? failure.message : "it broke";
      if (this.#asked.has(id)) post({ kind: "bodyBroke", id, why });
    }
  }

  #took(): void {
    if (this.#taken++ === 0) queueMicrotask(() => this.#tellTaken());
    else if (this.#taken >= TAKEN_EVERY) this.#tellTaken();
  }

  #tellTaken(): void {
    if (this.#taken > 0) this.#parts.post({ kind: "taken", count: this.#taken });
    this.#taken = 0;
  }

  /** Whether it was under way. */
  #forget(id: number): boolean {
    const body = this.#asked.get(id)?.body;
    // What is left of a request's body is dropped.
    void body?.return?.();
    return this.#asked.delete(id);
  }
}

/** The head as a carrier reads it: the framing is a field again, and what the host tier knows better is beside the fields. */
function headersOf(head: TierHead, edge: string): ReceivedHeaders & TierHeaders {
  const fields = withoutOwnHop(head.headers, edge);
  const said = fields.find(([name]) => name.toLowerCase() === "cache-status")?.[1] ?? null;
  // RFC 9112 8: a body that ended with its connection is not known to be whole, and the host tier says so.
  const endKnown = said === null || !said.includes("detail=no-end");
  const framing: HeaderList =
    head.length === null
      ? [["Transfer-Encoding", "chunked"]]
      : [["Content-Length", String(head.length)]];
  const list = new FieldList(endKnown ? [...fields, ...framing] : fields);
  return Object.assign(list, { tier: { cacheStatus: said, ageS: head.ageS } });
}
