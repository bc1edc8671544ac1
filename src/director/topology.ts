// The network as the director knows it: written in a model, told by carriers. Soft state: a new director learns it anew
// within a second.
import { elapsed, type MonoMs } from "#base";
import type { Address } from "#network";
import { type Exchange, type Network, type NetworkModel, networkModelSchema } from "#protocol";
import type { AcceptedContract } from "./contract/accepted.ts";
import { STALE_AFTER_MS } from "./limits.ts";
import type { Grounds } from "./paths/classify.ts";
import { type EdgeDeclaration, standsIn } from "./paths/edge.ts";
import { type AddressRange, type FoundHome, HomeTable } from "./paths/homes.ts";
import { Interconnect, type MeetingPoint, type Pni } from "./paths/interconnect.ts";
import { PATHS_LIMIT } from "./paths/limits.ts";
import { measuresOf, type ToldMeasure } from "./paths/measures.ts";
import { ModelRoutes } from "./paths/modelRoutes.ts";
import type { Home, PathPlan } from "./paths/path.ts";
import { Atlas } from "./paths/places.ts";
import { type Cluster, clustersOf, makePlan } from "./paths/plan.ts";
import { PlanCache } from "./paths/planCache.ts";
import { contradictionsIn } from "./paths/reports.ts";
import type { RouteSource } from "./paths/routeSource.ts";
import { Terms } from "./paths/terms.ts";

export type { EdgeDeclaration } from "./paths/edge.ts";
export { unknownHome } from "./paths/homes.ts";

/** A carrier's last word and when it came. */
export interface Told<Message> {
  readonly message: Message;
  readonly at: MonoMs;
}

/** Whether a carrier's last word is older than {@link STALE_AFTER_MS}. It stands all the same. */
export const isStale = (told: { readonly at: MonoMs }, now: MonoMs): boolean =>
  elapsed(told.at, now) > STALE_AFTER_MS;

/** A network of which nothing is written: all is told. */
export const emptyModel: NetworkModel = networkModelSchema.parse({ v: 1 });

/** What a topology may be told beside its model. */
export interface TopologyOptions {
  /** Edges beside the model's. */
  readonly edges?: readonly EdgeDeclaration[] | undefined;
  /** URLs of networks, the more trusted first: of two that announce one prefix the first has it. Default: as they speak. */
  readonly networks?: readonly string[] | undefined;
  /** Who says who reaches whom; it is given what the model says. Default: just that. */
  readonly routes?: ((model: RouteSource) => RouteSource) | undefined;
}

/** Homes, plans and measures. */
export class Topology {
  readonly model: NetworkModel;
  /** The model's and those given beside, as one list. */
  readonly edges: readonly EdgeDeclaration[];
  readonly #interconnect: Interconnect;
  readonly #terms: Terms;
  readonly #homes: HomeTable;
  readonly #own: ModelRoutes;
  readonly #routes: RouteSource;
  readonly #grounds: Grounds;
  /** Null: not worked out since where edges are changed. */
  #clusters: readonly Cluster[] | null = null;
  readonly #plans: PlanCache;
  readonly #exchangeWords = new Map<string, Told<Exchange>>();
  readonly #networkWords = new Map<string, Told<Network>>();
  readonly #inside: ReadonlySet<number>;
  /** Networks whose viewers or edges meet the director's edges: a change of theirs touches every plan. */
  readonly #hosts: ReadonlySet<number>;
  /** The version at which every plan, or those of one network, were last touched. */
  #allTouchedAt = 0;
  readonly #touchedAt = new Map<number, number>();
  #version = 1;
  #routesSeen = 0;
  #near = new Map<string, readonly EdgeDeclaration[]>();
  #places: ReadonlyMap<string, ReadonlySet<number>> | null = null;
  #reports: readonly string[] | null = null;
  readonly #lostTables: string[] = [];

  constructor(model: NetworkModel, more: TopologyOptions = {}) {
    this.model = model;
    this.edges = [...(more.edges ?? []), ...model.edges];
    this.#interconnect = new Interconnect(model);
    this.#terms = new Terms(model);
    this.#homes = new HomeTable(model, more.networks ?? []);
    this.#own = new ModelRoutes(this.#interconnect);
    this.#routes = more.routes?.(this.#own) ?? this.#own;
    this.#routesSeen = this.#routes.version;
    this.#grounds = {
      routes: this.#routes,
      interconnect: this.#interconnect,
      terms: this.#terms,
      atlas: new Atlas(model.places),
      nameOf: (asn) => this.nameOf(asn),
    };
    this.#plans = new PlanCache(Math.max(MIN_PLANS, PATHS_LIMIT / Math.max(1, this.edges.length)));
    this.#inside = new Set(this.edges.map(standsIn).filter((asn) => asn !== null));
    this.#hosts = new Set(
      this.edges.flatMap(({ asn, in: inside }) => [asn, inside]).filter((asn) => asn !== undefined),
    );
  }

  /** Grows whenever homes or plans may have changed; not with loads. */
  get version(): number {
    this.#noticeRoutes();
    return this.#version;
  }

  /** Takes what the exchange at `source` (its URL) tells; it replaces what that source told before. */
  learnExchange(source: string, message: Exchange, at: MonoMs): void {
    this.#exchangeWords.set(source, { message, at });
    const before = this.#interconnect.exchanges.get(message.id);
    this.#touch(this.#interconnect.learnExchange(source, message, at));
    if (this.#interconnect.exchanges.get(message.id)?.place !== before?.place) this.#touchAll();
  }

  /** Takes what the network at `source` (its URL) tells; it replaces what that source told before. */
  learnNetwork(source: string, message: Network, at: MonoMs): void {
    const before = this.#networkWords.get(source)?.message;
    this.#networkWords.set(source, { message, at });
    const { asn, name, place } = message;
    if (before?.asn !== asn || before.name !== name || before.place !== place) this.#touchAll();
    if (this.#homes.learnNetwork(source, message)) this.#homesChanged();
    if (this.#terms.learnNetwork(message, at)) this.#touch(new Set([asn]));
    this.#touch(this.#interconnect.learnNetwork(source, message, at));
  }

  /** Takes the contract of the network at `source` (its URL), once it was checked. */
  learnContract(source: string, contract: AcceptedContract, at: MonoMs): void {
    const changed = this.#terms.learnContract(source, contract, at);
    if (changed === "nothing") return;
    if (changed === "paths") this.#touchAll();
    this.#homes.learnFootprints(this.#terms.footprints());
    this.#homesChanged();
  }

  /** Takes a row of a table of addresses. To be followed by {@link tablesLoaded}. */
  takeRange(range: AddressRange): void {
    this.#homes.takeRange(range);
  }

  /** A table could not be read: the reports say so. */
  tableLost(sentence: string): void {
    this.#lostTables.push(sentence);
  }

  /** All rows of the tables were taken. */
  tablesLoaded(): void {
    this.#homesChanged();
  }

  #homesChanged(): void {
    this.#version += 1;
    this.#near = new Map();
    this.#places = null;
    this.#reports = null;
  }

  #touch(networks: ReadonlySet<number>): void {
    if (networks.size === 0) return;
    this.#own.changed();
    for (const asn of networks) if (this.#hosts.has(asn)) return this.#touchAll();
    this.#version += 1;
    this.#near = new Map();
    // A source of routes that knows more than the model may make more of the change than the model does.
    if (this.#routes !== this.#own) return this.#touchAll();
    this.#routesSeen = this.#routes.version;
    for (const asn of networks) this.#touchedAt.set(asn, this.#version);
  }

  #touchAll(): void {
    this.#version += 1;
    this.#allTouchedAt = this.#version;
    this.#touchedAt.clear();
    this.#clusters = null;
    this.#routesSeen = this.#routes.version;
    this.#near = new Map();
  }

  #noticeRoutes(): void {
    if (this.#routes.version !== this.#routesSeen) this.#touchAll();
  }

  /** The home of an address, by longest prefix: of a network unknown when nobody claims it. */
  homeOf(address: Address): FoundHome {
    return this.#homes.homeOf(address);
  }

  /** All edges as the viewers of a home reach them. The same object until something on the way changes. */
  planOf(home: Home): PathPlan {
    this.#noticeRoutes();
    const { asn, place, footprints } = home;
    // Networks that meet nobody and ask for nothing are all alike.
    const known = asn !== null && this.#knows(asn);
    const key = `${known ? asn : "?"}|${place}|${footprints.join("|")}`;
    const since = Math.max(this.#allTouchedAt, (asn === null ? 0 : this.#touchedAt.get(asn)) ?? 0);
    const make = (): PathPlan => this.#makePlan(known ? home : { ...home, asn: null });
    return this.#plans.take(key, { since, now: this.#version }, make);
  }

  #makePlan(home: Home): PathPlan {
    this.#clusters ??= clustersOf(this.edges, (edge) => this.placeOfEdge(edge));
    const { policy } = this.model;
    return makePlan(home, { clusters: this.#clusters, policy, grounds: this.#grounds });
  }

  #knows(asn: number): boolean {
    return (
      this.#routes !== this.#own ||
      this.#interconnect.knows(asn) ||
      this.#inside.has(asn) ||
      this.#terms.knows(asn)
    );
  }

  /** Ports, PNIs and limits, as carriers told them last or as they are written. */
  measures(): Iterable<ToldMeasure> {
    const nameOf = (asn: number): string => this.nameOf(asn);
    return measuresOf({ interconnect: this.#interconnect, terms: this.#terms, nameOf });
  }

  /** What is contradictory, and what contracts say that was refused: sentences. */
  get reports(): readonly string[] {
    this.#reports ??= contradictionsIn(this.#homes, (asn) => this.nameOf(asn));
    const others = "for which another does already: it is not heard";
    const unheard = [
      ...[...this.#interconnect.unheard].map(
        ([url, id]) => `${url} speaks for the exchange ${id}, ${others}`,
      ),
      ...[...this.#terms.unheard].map(
        ([url, asn]) => `${url} speaks for ${this.nameOf(asn)}, ${others}`,
      ),
    ];
    const refused = [...this.#terms.contracts()].flatMap(({ reports }) => reports);
    return [...this.#lostTables, ...refused, ...unheard, ...this.#reports];
  }

  /** Prefixes told now that are not used: no prefix, told twice, or beyond the limit. */
  get refusedPrefixes(): number {
    return this.#homes.refused;
  }

  /** What the tables hold. */
  get tables(): { prefixes: { 4: number; 6: number }; bytes: number } {
    return this.#homes.tables;
  }

  /** Plans kept and made so far. */
  get plans(): { kept: number; made: number } {
    return { kept: this.#plans.size, made: this.#plans.counters.plansMade };
  }

  /** A network as sentences name it: "AS12874 Fastweb". */
  nameOf(asn: number): string {
    const name = this.#homes.nameOf(asn);
    return name === null || name === `AS${asn}` ? `AS${asn}` : `AS${asn} ${name}`;
  }

  /** Where an edge is: as declared, or where its exchange or its network is. */
  placeOfEdge({ place, at, in: inside }: EdgeDeclaration): string | null {
    if (place !== undefined) return place;
    if (at !== undefined) return this.#interconnect.exchanges.get(at)?.place ?? null;
    return inside === undefined ? null : this.#homes.placeOf(inside);
  }

  /** Exchanges with their members, as told or as written. */
  get exchanges(): Iterable<MeetingPoint> {
    return this.#interconnect.exchanges.values();
  }

  /** Private interconnects, as told or as written. */
  get pnis(): Iterable<Pni> {
    return this.#interconnect.pnis.values();
  }

  /** Ids of the exchanges where a network has a port. */
  exchangesOf(asn: number): readonly string[] {
    return this.#interconnect.exchangesOf(asn);
  }

  /** The places that homes can have; a cohort each. */
  get places(): ReadonlySet<string> {
    return new Set(this.#homesByPlace.keys());
  }

  get #homesByPlace(): ReadonlyMap<string, ReadonlySet<number>> {
    this.#places ??= this.#homes.places();
    return this.#places;
  }

  /** The edges inside networks of a place and at exchanges that these are at; all, when none is as near. */
  edgesNear(place: string): readonly EdgeDeclaration[] {
    const known = this.#near.get(place);
    if (known) return known;
    const networks = this.#homesByPlace.get(place) ?? new Set<number>();
    const exchanges = new Set([...networks].flatMap((asn) => this.exchangesOf(asn)));
    const near = this.edges.filter(
      (edge) =>
        (edge.in !== undefined && networks.has(edge.in)) ||
        (edge.at !== undefined && exchanges.has(edge.at)),
    );
    const edges = near.length > 0 ? near : this.edges;
    this.#near.set(place, edges);
    return edges;
  }

  /** What the carrier at `source` told last; null before it told anything. */
  told(source: string): Told<Exchange | Network> | null {
    return this.#exchangeWords.get(source) ?? this.#networkWords.get(source) ?? null;
  }

  /** What the network `asn` told last of itself; null when it told nothing. */
  toldBy(asn: number): Told<Network> | null {
    for (const told of this.#networkWords.values()) if (told.message.asn === asn) return told;
    return null;
  }
}

/** Plans kept whatever the number of edges. */
const MIN_PLANS = 64;
