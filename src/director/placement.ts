// Where one viewer was placed: what the doors for players read, and what is written down.
import type { MonoMs } from "#base";
import type { Address } from "#network";
import type { Choice, Question } from "./decide/decider.ts";
import { moveReasons } from "./decide/reasons.ts";
import { choiceSentences, homeSentences } from "./decide/sentences.ts";
import type { Scales } from "./decide/weigh.ts";
import type { FoundHome } from "./paths/homes.ts";
import type { Path, PathPlan } from "./paths/path.ts";
import type { Topology } from "./topology.ts";

/** Who asks where to go. */
export interface Ask {
  /** Null: it could not be read. */
  readonly address: Address | null;
  /** Whatever names the viewer: its session, or else its address. */
  readonly viewer: string;
  /** The edge that the viewer is on now, when it said so. */
  readonly current?: string | undefined;
  /** Edges that the viewer's network is known to reach badly. */
  readonly shuns?: ((edge: string) => boolean) | undefined;
}

export class Placement {
  readonly question: Question;
  readonly choice: Choice;
  readonly found: FoundHome;
  /** The place of the home; "unknown" without one. */
  readonly cohort: string;
  readonly #address: Address | null;
  readonly #topology: Topology;
  readonly #scales: Scales;

  constructor(
    made: Pick<Placement, "question" | "choice" | "found" | "cohort">,
    context: { address: Address | null; topology: Topology; scales: Scales },
  ) {
    this.question = made.question;
    this.choice = made.choice;
    this.found = made.found;
    this.cohort = made.cohort;
    this.#address = context.address;
    this.#topology = context.topology;
    this.#scales = context.scales;
  }

  get plan(): PathPlan {
    return this.question.plan;
  }

  get network(): { asn: number; name: string } | null {
    const { asn, name } = this.found.home;
    return asn === null ? null : { asn, name };
  }

  /** Paths, best first, the chosen one at the head. */
  get ranked(): readonly [Path, ...Path[]] {
    return [this.choice.path, ...this.choice.next];
  }

  /** Worked out when it is read: sentences cost more than a decision. */
  get choiceWhy(): readonly string[] {
    return choiceSentences(this.choice, { plan: this.plan, scales: this.#scales });
  }

  get why(): readonly string[] {
    const now: MonoMs = this.question.now;
    const home = homeSentences(this.#address, this.found, { topology: this.#topology, now });
    const { moved } = this.choice;
    const { current } = this.question;
    const away = moved === null ? [] : [`away from ${current}: ${moveReasons[moved]}`];
    return [...away, ...home, ...this.choiceWhy];
  }
}
