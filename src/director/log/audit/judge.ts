// One director's log, record by record: its contracts held against its decisions and against what was measured.
import type { LoggedContract } from "../sink.ts";
import { FootprintJudge, holdsIn, servedBy } from "./footprintJudge.ts";
import { type Judging, LimitJudge, type Witness } from "./limitJudge.ts";
import { NETWORKS_LIMIT } from "./limits.ts";
import type { LogRecord } from "./readLog.ts";

type Decision = Extract<LogRecord, { kind: "decision" }>;

/** A limit with the footprints that it is about; null: the whole network. */
interface HeldLimit {
  readonly judge: LimitJudge;
  footprints: ReturnType<typeof servedBy>;
  /** It is about what the network's own caches deliver, and not about all that comes to the network. */
  ofCaches: boolean;
}

export interface NetworkJudge {
  version: string;
  readonly footprints: FootprintJudge;
  readonly limits: Map<string, HeldLimit>;
}

/** Records may be this much out of order, s: those of one turn are stamped one after the other. */
const DISORDER_S = 1;

export class DirectorJudge {
  readonly networks = new Map<number, NetworkJudge>();
  readonly counts = { decisions: 0, contracts: 0, measures: 0, starts: 0 };
  readonly lost = { decision: 0, contract: 0, measure: 0 };
  /** Times that the clock was set back: what came when cannot be told then. */
  disorder = 0;
  overlooked = 0;
  first = Infinity;
  last = -Infinity;
  readonly #judging: Judging;
  readonly #asn: number | null;
  #log = "";
  #edges: ReadonlyMap<string, number | null> = new Map();

  /** `asn`: the one network that is asked about; null: all. */
  constructor(judging: Judging, asn: number | null) {
    this.#judging = judging;
    this.#asn = asn;
  }

  take(record: LogRecord): void {
    const { at } = record;
    // A contract that heads a file is told with its own, earlier time.
    if (record.kind !== "contract") {
      if (at < this.last - DISORDER_S) this.disorder += 1;
      this.first = Math.min(this.first, at);
      this.last = Math.max(this.last, at);
    }
    if (record.kind === "decision") this.#decide(record);
    else if (record.kind === "measure") this.#measure(record);
    else if (record.kind === "contract") this.#tell(record, at);
    else if (record.kind === "start") this.#start(record);
    else
      for (const kind of ["decision", "contract", "measure"] as const)
        this.lost[kind] += record[kind];
  }

  #start({ log, edges, at }: Extract<LogRecord, { kind: "start" }>): void {
    this.#edges = new Map(edges.map((edge) => [edge.id, edge.in]));
    if (log === this.#log) return;
    this.counts.starts += 1;
    if (this.#log !== "")
      for (const { footprints, limits } of this.networks.values()) {
        footprints.restart(at);
        for (const { judge } of limits.values()) judge.restart(at);
      }
    this.#log = log;
  }

  #tell(record: LoggedContract, at: number): void {
    const { asn, version, footprints, limits } = record;
    if (this.#asn !== null && asn !== this.#asn) return;
    const network = this.#network(asn);
    if (!network) return;
    if (network.version === version) return;
    this.counts.contracts += 1;
    network.version = version;
    network.footprints.tell(servedBy(footprints), at);
    const told = new Set(limits.map(({ id }) => id));
    for (const [id, held] of network.limits) if (!told.has(id)) held.judge.tell(null, at);
    for (const limit of limits) {
      const held = network.limits.get(limit.id) ?? {
        judge: new LimitJudge(this.#judging),
        footprints: null,
        ofCaches: false,
      };
      // Only the footprints that are named count, whatever they serve.
      const named = footprints.filter(({ id }) => limit.footprints.includes(id));
      held.footprints = servedBy(named.map((one) => ({ ...one, serves: true })));
      held.ofCaches = limit.binds === "caches";
      held.judge.tell(limit.mbps, at);
      network.limits.set(limit.id, held);
    }
  }

  #network(asn: number): NetworkJudge | null {
    const known = this.networks.get(asn);
    if (known) return known;
    if (this.networks.size >= NETWORKS_LIMIT) {
      this.overlooked += 1;
      return null;
    }
    const made = { version: "", footprints: new FootprintJudge(), limits: new Map() };
    this.networks.set(asn, made);
    return made;
  }

  #measure({ asn, limit, measuredMbps, at }: Extract<LogRecord, { kind: "measure" }>): void {
    this.counts.measures += 1;
    const network = this.networks.get(asn);
    if (!network) return;
    if (limit !== undefined) {
      const judge = network.limits.get(limit)?.judge;
      if (!judge) return;
      judge.ownMeasures = true;
      judge.measure(measuredMbps, at);
      return;
    }
    for (const { judge, footprints, ofCaches } of network.limits.values())
      if (footprints === null && !ofCaches && !judge.ownMeasures) judge.measure(measuredMbps, at);
  }

  #decide(decision: Decision): void {
    this.counts.decisions += 1;
    const { at, session, prefix, asn, edge, from, leastBad } = decision;
    const witness: Witness = { at, session, prefix, edge, from, leastBad };
    const inside = this.#edges.get(edge);
    // Where the log's head does not know the edge, its class still says that it stands in the viewer's network.
    const guessed = decision.class === "on-net" ? asn : null;
    const of = inside === undefined ? guessed : inside;
    if (of !== null) this.networks.get(of)?.footprints.decide({ asn, witness });
    // A total is passed by whoever is the network's viewer, a limit on caches by whoever is sent to one of them.
    for (const [network, { limits }] of this.#concerned(asn, of))
      for (const { judge, footprints, ofCaches } of limits.values())
        if (
          network === (ofCaches ? of : asn) &&
          (footprints === null || holdsIn(footprints, { asn, witness }) !== "no")
        )
          judge.decide(witness);
  }

  *#concerned(...asns: (number | null)[]): Iterable<[number, NetworkJudge]> {
    for (const asn of new Set(asns)) {
      const network = asn === null ? undefined : this.networks.get(asn);
      if (asn !== null && network) yield [asn, network];
    }
  }

  /** The log ends. */
  end(): void {
    if (this.last === -Infinity) return;
    for (const { limits } of this.networks.values())
      for (const { judge } of limits.values()) judge.end(this.last);
  }
}
