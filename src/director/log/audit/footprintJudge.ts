// One network's footprints under one director: which viewers its own caches may serve, and who was sent there all the same.
import { parsePrefix, type Prefix } from "#network";
import { heldBy, insideOf, tidied } from "#network/cdni";
import type { LoggedContract } from "../sink.ts";
import type { Witness } from "./limitJudge.ts";
import { BREACHES_LIMIT, OBEY_S } from "./limits.ts";

/** Whose viewers. */
interface Served {
  readonly prefixes: readonly Prefix[];
  readonly asns: ReadonlySet<number>;
}

type Holds = "yes" | "no" | "unclear";

/** Prefixes remembered: as many neighbourhoods as all of Italy has. */
const KNOWN_LIMIT = 200_000;

/** What the footprints that are served say together; null: the whole network is. */
export function servedBy(footprints: LoggedContract["footprints"]): Served | null {
  const serving = footprints.filter(({ serves }) => serves ?? true);
  if (serving.length === 0) return null;
  const prefixes = serving.flatMap(({ prefixes: texts }) => texts.map(parsePrefix));
  return {
    prefixes: tidied(prefixes.filter((each) => each !== null)),
    asns: new Set(serving.flatMap(({ asns }) => asns ?? [])),
  };
}

export class FootprintJudge {
  readonly breaches: Witness[] = [];
  moreBreaches = 0;
  judged = 0;
  /** Decisions of which only part of the neighbourhood is served: the log does not say who it was. */
  unclear = 0;
  /** The first and the last breach, and when there were footprints at all. */
  last = 0;
  ever = false;
  #served: Served | null = null;
  #former: Served | null = null;
  #toldAt = -Infinity;
  /** By prefix, until the contract changes: viewers come from few neighbourhoods, many times. */
  readonly #known = new Map<string, Holds>();

  tell(served: Served | null, at: number): void {
    this.#former = this.#served;
    this.#served = served;
    this.#toldAt = at;
    this.#known.clear();
    if (served) this.ever = true;
  }

  restart(at: number): void {
    this.#former = null;
    this.#toldAt = at;
  }

  /** A viewer was sent to a cache of this network. */
  decide(viewer: { asn: number | null; witness: Witness }): void {
    const served = this.#served;
    if (!served) return;
    this.judged += 1;
    const { witness } = viewer;
    const holds = this.#holds(served, viewer);
    if (holds === "yes") return;
    const early = witness.at < this.#toldAt + OBEY_S;
    if (early && (this.#former === null || holdsIn(this.#former, viewer) !== "no")) return;
    if (holds === "unclear") {
      this.unclear += 1;
      return;
    }
    this.last = witness.at;
    if (this.breaches.length < BREACHES_LIMIT) this.breaches.push(witness);
    else this.moreBreaches += 1;
  }

  #holds(served: Served, viewer: { asn: number | null; witness: Witness }): Holds {
    const key = `${viewer.asn} ${viewer.witness.prefix}`;
    const known = this.#known.get(key);
    if (known) return known;
    const holds = holdsIn(served, viewer);
    if (this.#known.size >= KNOWN_LIMIT) this.#known.clear();
    this.#known.set(key, holds);
    return holds;
  }
}

/** Whether a viewer is of these; unclear where only part of the neighbourhood is. */
export function holdsIn(
  served: Served,
  { asn, witness }: { asn: number | null; witness: Witness },
): Holds {
  if (asn !== null && served.asns.has(asn)) return "yes";
  const prefix = witness.prefix === null ? null : parsePrefix(witness.prefix);
  if (!prefix) return "unclear";
  if (heldBy(prefix, served.prefixes)) return "yes";
  return insideOf(prefix, served.prefixes).length > 0 ? "unclear" : "no";
}
