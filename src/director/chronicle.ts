// What the director decided: the last decisions to be shown, all of them for the log, and how many for what reason.
import type { UtcMs } from "#base";
import { type Address, parsePrefix } from "#network";
import type { DirectorState } from "#protocol";
import { type MoveReason, moveReasonNames } from "./decide/reasons.ts";
import { DECISIONS_LIMIT } from "./limits.ts";
import type { DecisionSink } from "./log/sink.ts";
import type { Placement } from "./placement.ts";
import { Ring } from "./ring.ts";

export class Chronicle {
  /** Viewers moved since the start, by reason. */
  readonly moves = Object.fromEntries(moveReasonNames.map((name) => [name, 0])) as Record<
    MoveReason,
    number
  >;
  readonly #sink: DecisionSink;
  readonly #last = new Ring<DirectorState["decisions"][number]>(DECISIONS_LIMIT);

  constructor(sink: DecisionSink) {
    this.#sink = sink;
  }

  /** The last decisions, oldest first. */
  get last(): DirectorState["decisions"] {
    return [...this.#last.items];
  }

  /** Writes down a decision before it changes the loads that it was made by. `mbps`: what the viewer is expected to draw. */
  note(
    { question, choice, found, network, why: sentences }: Placement,
    told: { address: Address | null; mbps: number; utcMs: UtcMs },
  ): void {
    const { path, leastBad, moved } = choice;
    const why = [...sentences];
    if (moved !== null) this.moves[moved] += 1;
    const common = { session: question.viewer, edge: path.edge.id, class: path.class, why };
    this.#last.push({
      at: told.utcMs / 1_000,
      network: network ? `AS${network.asn} ${network.name}` : "unknown",
      ...common,
    });
    this.#sink.decision({
      ...common,
      prefix: neighbourhoodOf(told.address),
      asn: found.home.asn,
      from: question.current ?? null,
      leastBad,
      mbps: told.mbps,
    });
  }
}

/** The /24 or /48 of an address. */
const neighbourhoodOf = (address: Address | null): string | null =>
  address === null
    ? null
    : (parsePrefix(`${address.text}/${address.family === 4 ? 24 : 48}`)?.text ?? null);
