// One who listens to cues, as a browser's EventSource does: events in, the last id kept, nothing told twice.
import { type Cue, type CueLoss, cueLossSchema, cueSchema, parseJson } from "#protocol";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { HttpClient, PendingRequest } from "#http";

/** One event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/** Takes a stream's text as it comes; gives its events (WHATWG HTML 9.2.6, as far as an edge uses it). */
export class EventReader {
  #rest = "";

  read(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const fields = new Map(
        block.split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      const data = fields.get("data");
      if (data === undefined) return [];
      return [{ event: fields.get("event") ?? "message", id: fields.get("id") ?? null, data }];
    });
  }
}

/** Listens at one address after the other; `close` has to be called. */
export class CueListener {
  /** Every cue that came, also one that came again. */
  readonly cues: Cue[] = [];
  readonly losses: CueLoss[] = [];
  /** When each cue came, UTC ms. */
  readonly cameAt: number[] = [];
  hellos = 0;
  status = 0;
  lastId: string | null = null;
  /** Whether the stream is over, by whatever way. */
  over = false;
  readonly #client: HttpClient;
  #pending: PendingRequest | null = null;

  constructor(client: HttpClient) {
    this.#client = client;
  }

  /** Listens there, going on from the last id. */
  listen(url: string): void {
    this.close();
    this.over = false;
    const reader = new EventReader();
    const decoder = new TextDecoder();
    this.#pending = this.#client.request(
      {
        method: "GET",
        url,
        headers: this.lastId === null ? [] : [["Last-Event-ID", this.lastId]],
        idleTimeoutMs: 60_000,
      },
      {
        head: (status) => (this.status = status),
        data: (bytes) => {
          for (const event of reader.read(decoder.decode(bytes, { stream: true })))
            this.#heard(event);
        },
        chunkEnd: () => undefined,
        end: () => (this.over = true),
        fail: () => (this.over = true),
      },
    );
  }

  close(): void {
    this.#pending?.abort();
    this.#pending = null;
  }

  #heard({ event, id, data }: StreamEvent): void {
    if (id !== null) this.lastId = id;
    if (event === "hello") this.hellos += 1;
    if (event === "lost") this.losses.push(parseJson("loss", cueLossSchema, data));
    if (event !== "cue") return;
    this.cues.push(parseJson("cue", cueSchema, data));
    this.cameAt.push(systemClock.utc());
  }
}

/** Resolves once `holds`; the test's own time-out is the limit. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(ms(2));
}
