// Requests whose bodies are read as they come, left when they fall silent.
import type { PageClock } from "../../page/clock.ts";

/** What became of a request that brought no media. */
export type WireProblem = "refused" | "silent" | "status" | "broken";

/** A request that failed. Nothing else is thrown by a wire but an abort's own reason. */
export class WireFault extends Error {
  override readonly name = "WireFault";
  readonly problem: WireProblem;
  /** The HTTP status, 0 when there was no answer, and the code that the server's JSON gave, if any. */
  readonly status: number;
  readonly code: string;

  constructor(problem: WireProblem, told: { status?: number; code?: string; why?: string } = {}) {
    super(told.why ?? `${problem}${told.status ? ` ${told.status}` : ""}`);
    this.problem = problem;
    this.status = told.status ?? 0;
    this.code = told.code ?? "";
  }
}

/** A body under way. */
export interface Body {
  /** The next bytes; null at the end. Rejects with {@link WireFault}. */
  next(): Promise<Uint8Array | null>;
}

/** How long to wait for whom. */
export interface WireOptions {
  /** Ends the request at any time. */
  readonly signal: AbortSignal;
  /** So long without a byte, and the request is left, ms. */
  readonly patienceMs: number;
}

/** Asks for media. */
export interface Wire {
  /** Resolves with a body when the answer is 200. Rejects with {@link WireFault}. */
  get(url: string, options: WireOptions): Promise<Body>;
}

/** A timer that comes so much later than it was set for says that the page stood still, ms. */
const STANDSTILL_MS = 150;
const CODE_FORM = /"code":"([a-z/-]{1,60})"/;

/** The wire of a page: `prepare` makes the address that is fetched of the address that is meant. */
export function fetchWire(
  clock: Pick<PageClock, "after" | "monotonic">,
  prepare: (url: string) => string,
): Wire {
  return {
    async get(url, options) {
      const request = new Ask(clock, options);
      const response = await request.watch(
        fetch(prepare(url), { cache: "no-store", signal: request.signal }),
      );
      if (response.status !== 200) throw await request.refusal(response);
      const reader = response.body?.getReader();
      if (!reader) throw request.end(new WireFault("broken", { why: "an answer has no body" }));
      return { next: async () => (await request.watch(reader.read())).value ?? null };
    },
  };
}

/** One request and its patience. */
class Ask {
  readonly #clock: Pick<PageClock, "after" | "monotonic">;
  readonly #ended = new AbortController();
  readonly #outer: AbortSignal;
  readonly #patienceMs: number;
  readonly #abort = (): void => this.#ended.abort(this.#outer.reason);
  #silent = false;

  constructor(clock: Pick<PageClock, "after" | "monotonic">, options: WireOptions) {
    this.#clock = clock;
    this.#outer = options.signal;
    this.#patienceMs = options.patienceMs;
    if (this.#outer.aborted) this.#abort();
    else this.#outer.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Waits for `step` as long as it is not silent too long; names what went wrong. */
  async watch<Value>(step: Promise<Value>): Promise<Value> {
    const rest = this.#patience();
    try {
      const value = await step;
      if ((value as { done?: boolean }).done) this.end();
      return value;
    } catch (failure) {
      this.end();
      if (this.#outer.aborted) throw failure;
      const why = failure instanceof Error ? failure.message : String(failure);
      throw new WireFault(this.#silent ? "silent" : "refused", { why });
    } finally {
      rest();
    }
  }

  async refusal(response: Response): Promise<WireFault> {
    const text = await this.watch(response.text()).catch(() => "");
    this.end();
    const code = CODE_FORM.exec(text)?.[1] ?? "";
    return new WireFault("status", { status: response.status, code });
  }

  end<Failure>(failure?: Failure): Failure | undefined {
    this.#outer.removeEventListener("abort", this.#abort);
    return failure;
  }

  #patience(): () => void {
    const due = this.#clock.monotonic() + this.#patienceMs;
    let cancel = this.#clock.after(this.#patienceMs, () => {
      if (this.#clock.monotonic() - due > STANDSTILL_MS) {
        cancel = this.#clock.after(this.#patienceMs, () => this.#giveUp());
        return;
      }
      this.#giveUp();
    });
    return () => cancel();
  }

  #giveUp(): void {
    this.#silent = true;
    this.#ended.abort();
  }
}
