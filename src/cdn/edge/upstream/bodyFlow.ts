// From the head to the last byte: a body that breaks is taken up again where it broke, or its receivers learn of it.
import { elapsed, ms } from "#base";
import type { Timer } from "#base/clock";
import type { ReceivedHeaders, ResponseSink } from "#http";
import { edgeErrors } from "../errors.ts";
import type { Wanted } from "../supply.ts";
import { Attempt, nobody } from "./attempt.ts";
import { RESUMES_PER_ANSWER, STALLED_BODY_MS } from "./limits.ts";
import type { FetchSurroundings } from "./objectFetch.ts";
import { type Broken, judgeRest, restOf } from "./resume.ts";
import { Seam } from "./seam.ts";
import type { Upstream } from "./upstream.ts";

export class BodyFlow {
  readonly #wanted: Wanted;
  readonly #sink: ResponseSink;
  readonly #around: FetchSurroundings;
  readonly #seam: Seam;
  #attempt: Attempt | null = null;
  #upstream: Upstream | null = null;
  #stall: Timer | null = null;
  #resumes = 0;

  constructor(wanted: Wanted, sink: ResponseSink, around: FetchSurroundings) {
    this.#wanted = wanted;
    this.#sink = sink;
    this.#around = around;
    this.#seam = new Seam(sink, wanted.method === "GET");
  }

  begin(attempt: Attempt, status: number, headers: ReceivedHeaders): void {
    this.#follow(attempt);
    this.#seam.begin(status, headers);
  }

  abort(): void {
    this.#stall?.cancel();
    this.#attempt?.abort();
    this.#attempt = null;
  }

  #follow(attempt: Attempt): void {
    this.#attempt = attempt;
    this.#upstream = attempt.upstream;
    attempt.listener = {
      ...nobody,
      data: (bytes, chunk) => {
        if (!this.#seam.data(bytes, chunk)) this.#broke(this.#misfit());
      },
      chunkEnd: (chunk) => this.#seam.chunkEnd(chunk),
      end: () => {
        if (this.#seam.end()) this.abort();
        else this.#broke(this.#misfit());
      },
      fail: (error) => this.#broke(error),
    };
    attempt.onSuspect = () => this.#watch(attempt);
  }

  /**
   * The upstream's breaker opened. While another is well, a body that stands still is given up sooner than its time-out
   * says: its receivers ask anew, and get the next object from the other.
   */
  #watch(attempt: Attempt): void {
    this.#stall?.cancel();
    const { choice, clock } = this.#around;
    if (this.#attempt !== attempt || attempt.upstream.closed) return;
    const idleMs = elapsed(attempt.movedAt, clock.monotonic());
    if (idleMs < STALLED_BODY_MS || !choice.wellBeside(attempt.upstream)) {
      const wait = ms(Math.max(STALLED_BODY_MS - idleMs, STALLED_BODY_MS / 4));
      this.#stall = clock.after(wait, () => this.#watch(attempt));
      return;
    }
    const error = edgeErrors.make("body-stalled", {
      edge: this.#around.id,
      ms: Math.round(idleMs),
    });
    attempt.giveUp("stalled", error.message);
    this.#broke(error);
  }

  #broke(error: Error): void {
    this.abort();
    const { broken } = this.#seam;
    if (broken && broken.length === broken.got) return this.#complete();
    if (broken) this.#resume(broken, error, new Set());
    else this.#refuse(error);
  }

  /** The same upstream first: its ETag is the likeliest to be the same. */
  #resume(broken: Broken, error: Error, asked: Set<Upstream>): void {
    const { budget, choice, clock, count, idleTimeoutMs } = this.#around;
    const upstream = choice.well(asked, this.#upstream);
    if (!upstream || this.#resumes >= RESUMES_PER_ANSWER) return this.#refuse(error);
    if (!budget.take(this.#wanted.key, clock.monotonic())) {
      count("budgetSpent");
      return this.#refuse(error);
    }
    this.#resumes++;
    asked.add(upstream);
    const attempt = new Attempt(upstream, { hedge: false, clock });
    const next = (): void => {
      attempt.abort();
      this.#resume(broken, error, asked);
    };
    attempt.listener = {
      ...nobody,
      head: (status, headers) => {
        const rest = judgeRest(broken, status, headers);
        if (rest.kind === "useless") return next();
        count("resumes");
        if (rest.kind === "none") return this.#complete();
        this.#seam.splice(rest.length);
        this.#follow(attempt);
      },
      fail: next,
    };
    this.#attempt = attempt;
    count("attempts");
    // The next byte is due as if nothing had broken.
    const parts = { ...this.#around, headTimeoutMs: idleTimeoutMs };
    attempt.send(this.#wanted, restOf(broken, this.#wanted.headers), parts);
  }

  #complete(): void {
    this.abort();
    this.#sink.end();
  }

  #refuse(error: Error): void {
    this.abort();
    this.#around.count("resumesRefused");
    this.#sink.fail(error);
  }

  #misfit(): Error {
    return edgeErrors.make("misfit", { edge: this.#around.id });
  }
}
