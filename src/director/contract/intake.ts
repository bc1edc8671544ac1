// Asks each network for its contract each second, and hands on what of it holds.
import { type Closable, type MonoMs, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { type Advertisement, readAdvertisement } from "#network/cdni";
import type { Network } from "#protocol";
import { directorErrors } from "../errors.ts";
import { POLL_PERIOD_MS } from "../limits.ts";
import type { DecisionSink, LoggedContract } from "../log/sink.ts";
import { type AcceptedContract, totalLimitOf } from "./accepted.ts";
import { acceptContract, emptyContract } from "./check.ts";
import { type KnownNetworks, World } from "./world.ts";

/** Fetches a whole answer, within time and size limits; `etag` is what is held already. Rejects when it cannot. */
export type FetchContract = (
  url: string,
  etag: string | null,
) => Promise<{ status: number; etag: string | null; body: Uint8Array }>;

/** What of the topology is asked and told. */
export interface ContractTopology extends Omit<KnownNetworks, "model"> {
  readonly model: KnownNetworks["model"] & {
    readonly leave: Parameters<typeof acceptContract>[1]["leave"];
  };
  readonly edges: readonly { readonly url: string }[];
  /** Grows when it may be known better whose a prefix is. */
  readonly version: number;
  told(source: string): { readonly message: object; readonly at: MonoMs } | null;
  learnContract(source: string, contract: AcceptedContract, at: MonoMs): void;
}

interface Held {
  asking: boolean;
  etag: string | null;
  advertisement: Advertisement | null;
  accepted: AcceptedContract | null;
  /** Of the topology, when it was checked last. */
  checkedAt: number;
  /** What was logged last. */
  logged: string;
  /** When the network told its load that was logged last. */
  measuredAt: MonoMs | null;
  problem: string | null;
}

const decoder = new TextDecoder();

/** Keeps every network's contract. One that is lost or talks nonsense leaves what it told last. */
export class ContractIntake implements Closable {
  readonly #networks: ReadonlyMap<string, Held>;
  readonly #topology: ContractTopology;
  readonly #sink: DecisionSink;
  readonly #fetch: FetchContract;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timer: Timer;
  readonly #counters = { contractPolls: 0, contractFailures: 0, contractChanges: 0 };
  #closed = false;

  /** `networks`: base URLs, without a slash at the end. */
  constructor(
    parts: {
      networks: readonly string[];
      topology: ContractTopology;
      sink: DecisionSink;
      fetch: FetchContract;
    },
    context: { clock: Clock; log: Log },
  ) {
    const held = (): Held => ({
      asking: false,
      etag: null,
      advertisement: null,
      accepted: null,
      checkedAt: -1,
      logged: "",
      measuredAt: null,
      problem: null,
    });
    this.#networks = new Map(parts.networks.map((url) => [url, held()]));
    this.#topology = parts.topology;
    this.#sink = parts.sink;
    this.#fetch = parts.fetch;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#timer = context.clock.every(POLL_PERIOD_MS, () => void this.round());
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#counters;
  }

  /** Each network's contract as it stands. */
  *state(): Iterable<{
    url: string;
    version: string | null;
    reports: readonly string[];
    problem: string | null;
  }> {
    for (const [url, { accepted, problem }] of this.#networks)
      yield { url, version: accepted?.version ?? null, reports: accepted?.reports ?? [], problem };
  }

  /** Asks every network that is not being asked already. Never rejects. */
  async round(): Promise<void> {
    await Promise.all([...this.#networks].map(([url, held]) => this.#ask(url, held)));
  }

  async #ask(url: string, held: Held): Promise<void> {
    if (held.asking || this.#closed) return;
    held.asking = true;
    this.#counters.contractPolls += 1;
    try {
      const answer = await this.#fetch(`${url}/cdni`, held.etag);
      if (this.#closed) return;
      this.#hear(held, answer);
      held.problem = null;
    } catch (failure) {
      if (this.#closed) return;
      this.#counters.contractFailures += 1;
      this.#lost(url, held, failure);
    } finally {
      held.asking = false;
    }
    this.#judge(url, held);
  }

  #hear(held: Held, answer: { status: number; etag: string | null; body: Uint8Array }): void {
    if (answer.status === 304 && held.etag !== null) return;
    if (answer.status === 404 || answer.status === 410) {
      held.etag = null;
      held.advertisement = null;
      return;
    }
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
    held.advertisement = readAdvertisement(decoder.decode(answer.body));
    held.etag = answer.etag;
    held.checkedAt = -1;
  }

  /** Holds what was heard against what is known now: tables that came meanwhile say more of whose a prefix is. */
  #judge(url: string, held: Held): void {
    const network = this.#toldBy(url);
    if (!network) return;
    const { asn } = network;
    const before = held.accepted;
    if (held.advertisement === null) {
      if (before) held.accepted = emptyContract(asn);
    } else if (held.checkedAt !== this.#topology.version || before?.asn !== asn) {
      held.accepted = this.#accept(asn, held.advertisement);
    }
    const { accepted } = held;
    if (accepted) {
      if (accepted.version !== before?.version) this.#changed(url, accepted);
      this.#topology.learnContract(url, accepted, this.#clock.monotonic());
    }
    held.checkedAt = this.#topology.version;
    this.#write(held, network);
    this.#measure(url, held, network);
  }

  #accept(asn: number, advertisement: Advertisement): AcceptedContract {
    const { model, edges } = this.#topology;
    const hosts = new Set(edges.map(({ url }) => new URL(url).hostname));
    const told = [...this.#networks.keys()]
      .map((source) => this.#toldBy(source))
      .filter((network) => network !== null);
    const world = new World(this.#topology, told);
    return acceptContract(advertisement, { asn, world, leave: model.leave, hosts });
  }

  #changed(url: string, { asn, version, reports }: AcceptedContract): void {
    this.#counters.contractChanges += 1;
    this.#log.info({ url, asn, version }, "a network's contract is taken");
    for (const report of reports) this.#log.warn({ url, asn }, report);
  }

  /** What has to be obeyed: the contract's limits on the network's caches, and the total that it tells with its load. */
  #write(held: Held, { asn, limitMbps }: Network): void {
    const { footprints, limits, version } = held.accepted ?? emptyContract(asn);
    const ofCaches = limits.map((limit) => ({
      id: limit.id,
      mbps: limit.mbps,
      softMbps: limit.softMbps ?? null,
      footprints: limit.footprints,
      binds: "caches" as const,
    }));
    const whole = { softMbps: null, footprints: [], binds: "network" } as const;
    const total = { id: totalLimitOf(asn), mbps: limitMbps, ...whole };
    const record: LoggedContract = {
      asn,
      version: limitMbps === null ? version : `${version}+${limitMbps}`,
      footprints: footprints.map(({ id: name, prefixes, asns, serves }) => ({
        id: name,
        prefixes: prefixes.map(({ text }) => text),
        asns,
        serves: serves ?? true,
      })),
      limits: limitMbps === null ? ofCaches : [...ofCaches, total],
    };
    const name = `${asn} ${record.version}`;
    if (held.logged === name) return;
    held.logged = name;
    this.#sink.contract(record);
  }

  /** What the network measured of limits, once for each time that it was told: a silent network measures nothing. */
  #measure(url: string, held: Held, { asn, limitMbps, access }: Network): void {
    const at = this.#topology.told(url)?.at ?? null;
    if (at === null || at === held.measuredAt) return;
    held.measuredAt = at;
    const known = { asn, by: "network", assignedMbps: null, viewers: null } as const;
    if (limitMbps !== null)
      this.#sink.measure({ ...known, limit: totalLimitOf(asn), measuredMbps: access.downMbps });
    for (const { id, usedMbps = null } of held.accepted?.limits ?? [])
      if (usedMbps !== null) this.#sink.measure({ ...known, limit: id, measuredMbps: usedMbps });
  }

  #toldBy(url: string): Network | null {
    return (this.#topology.told(url)?.message as Network | undefined) ?? null;
  }

  #lost(url: string, held: Held, failure: unknown): void {
    const problem = sentenceOf(failure);
    const error = directorErrors.make("contract-refused", { url, problem });
    if (held.problem !== problem) this.#log.warn({ code: error.code }, sentenceOf(error));
    held.problem = problem;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
  }
}
