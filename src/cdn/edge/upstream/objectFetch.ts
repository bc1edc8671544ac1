// One object on its way from farther up: first a race for its head, then the flow of its body.
import type { Clock } from "#base/clock";
import type { PendingRequest, ReceivedHeaders, ResponseSink } from "#http";
import type { SupplyCounter, Wanted } from "../supply.ts";
import type { Attempt, AttemptParts } from "./attempt.ts";
import { BodyFlow } from "./bodyFlow.ts";
import type { FetchBudget } from "./budget.ts";
import type { Choice } from "./choice.ts";
import { HeadRace } from "./headRace.ts";
import type { HedgeShare } from "./hedge.ts";
import type { Sources } from "./sources.ts";

/** What all fetches of an edge share. */
export interface FetchSurroundings extends AttemptParts {
  /** The edge's name, for its sentences. */
  readonly id: string;
  readonly clock: Clock;
  readonly choice: Choice;
  readonly sources: Sources;
  readonly hedges: HedgeShare;
  readonly budget: FetchBudget;
  /** Null: no hedges. */
  readonly hedgeAfterMs: number | null;
  readonly count: (counter: SupplyCounter) => void;
  /** A fetch is over, in whatever way. */
  readonly over: (fetch: ObjectFetch) => void;
}

/** Tells `sink` one unbroken answer, or its failure; nothing after an abort. */
export class ObjectFetch implements PendingRequest {
  readonly #race: HeadRace;
  readonly #flow: BodyFlow;
  readonly #sink: ResponseSink;
  readonly #around: FetchSurroundings;
  #over = false;

  constructor(wanted: Wanted, sink: ResponseSink, around: FetchSurroundings) {
    this.#sink = sink;
    this.#around = around;
    const guarded: ResponseSink = {
      head: (status, headers) => this.#over || sink.head(status, headers),
      data: (bytes, chunk) => this.#over || sink.data(bytes, chunk),
      chunkEnd: (chunk) => this.#over || sink.chunkEnd(chunk),
      end: () => this.#end(),
      fail: (error) => this.#fail(error),
    };
    this.#flow = new BodyFlow(wanted, guarded, around);
    this.#race = new HeadRace(wanted, around, {
      won: (attempt, status, headers) => this.#won(attempt, status, headers),
      instead: (answer) => answer(guarded),
      lost: (error) => this.#fail(error),
    });
  }

  start(): void {
    this.#around.count("wanted");
    this.#around.hedges.asked();
    this.#race.start();
  }

  abort(): void {
    if (this.#over) return;
    this.#finish();
    this.#race.abort();
    this.#flow.abort();
  }

  #won(attempt: Attempt, status: number, headers: ReceivedHeaders): void {
    if (this.#over) return attempt.abort();
    this.#flow.begin(attempt, status, headers);
  }

  /** Breaks it off from this side; the sink is told why. */
  giveUp(error: Error): void {
    if (this.#over) return;
    this.abort();
    this.#sink.fail(error);
  }

  #finish(): void {
    this.#over = true;
    this.#around.over(this);
  }

  #end(): void {
    if (this.#over) return;
    this.#finish();
    this.#sink.end();
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#finish();
    this.#around.count("failed");
    this.#sink.fail(error);
  }
}
