// Request bodies that are sent while they are made, or while they come from somebody else.
import { RegistaError, sentenceOf } from "#base";
import { frameChunk, LAST_CHUNK } from "./chunked.ts";
import type { Exchange } from "./clientExchange.ts";
import { clientErrors } from "./errors.ts";
import type { ClientLimits } from "./limits.ts";
import type { ResponseSink, Upload } from "./types.ts";

/** The longest answer text that an upload keeps, bytes: enough for a refusal's JSON. */
const ANSWER_BYTES = 16 * 1024;

interface Outcome {
  status: number;
  body: string;
}

export class StreamedUpload implements Upload {
  readonly failed: Promise<Error>;
  readonly sink: ResponseSink;
  readonly #url: string;
  readonly #limits: ClientLimits;
  readonly #answer: Promise<Outcome>;
  #resolveFailed: (error: Error) => void = () => undefined;
  #resolveAnswer: (outcome: Outcome) => void = () => undefined;
  #rejectAnswer: (error: Error) => void = () => undefined;
  #exchange: Exchange | null = null;
  #status = 0;
  #text = "";
  #ended = false;
  #over = false;

  constructor(url: string, limits: ClientLimits) {
    this.#url = url;
    this.#limits = limits;
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve;
    });
    this.#answer = new Promise((resolve, reject) => {
      this.#resolveAnswer = resolve;
      this.#rejectAnswer = reject;
    });
    this.#answer.catch(() => undefined); // told by `failed` too: it need not be awaited
    this.sink = {
      head: (status) => {
        this.#status = status;
      },
      data: (bytes) => {
        if (this.#text.length < ANSWER_BYTES) this.#text += Buffer.from(bytes).toString();
      },
      chunkEnd: () => undefined,
      end: () => this.#answered(),
      fail: (error) => this.#broke(error),
    };
  }

  /** Tells which exchange carries the body. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  get backlog(): number {
    return this.#exchange?.backlog ?? 0;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#ended || this.#over) return;
    this.#exchange?.write(frameChunk(bytes), false);
    if (this.backlog > this.#limits.uploadBacklogBytes)
      this.#exchange?.fail(
        clientErrors.make("upload-backlog", { url: this.#url, bytes: this.backlog }),
      );
  }

  end(): Promise<Outcome> {
    if (!this.#ended && !this.#over) {
      this.#ended = true;
      this.#exchange?.write(LAST_CHUNK, true);
    }
    return this.#answer;
  }

  abort(): void {
    this.#exchange?.fail(clientErrors.make("aborted", { url: this.#url }));
  }

  #answered(): void {
    if (!this.#ended) {
      const facts = { url: this.#url, answer: this.#status, why: this.#text };
      this.#resolveFailed(clientErrors.make("answered-early", facts));
    }
    this.#over = true;
    this.#resolveAnswer({ status: this.#status, body: this.#text });
  }

  #broke(error: Error): void {
    this.#over = true;
    this.#resolveFailed(error);
    this.#rejectAnswer(error);
  }
}

/** Sends `body` as `exchange` takes it. A body that breaks ends the exchange with its error; never rejects. */
export async function pumpBody(
  exchange: Exchange,
  body: AsyncIterable<Uint8Array>,
  how: { chunked: boolean; url: string },
): Promise<void> {
  try {
    for await (const bytes of body) {
      if (exchange.over) return;
      exchange.write(how.chunked ? frameChunk(bytes) : bytes, false);
      await exchange.drained();
      if (exchange.over) return;
    }
    exchange.write(how.chunked ? LAST_CHUNK : NOTHING, true);
  } catch (failure) {
    const known = failure instanceof RegistaError;
    const facts = { url: how.url, why: sentenceOf(failure) };
    exchange.fail(known ? failure : clientErrors.make("broken", facts, failure));
  }
}

const NOTHING = new Uint8Array(0);
