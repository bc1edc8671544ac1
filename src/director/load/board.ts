// What has room: edges, ports, PNIs and limits, as measured and as promised since.
import type { MonoMs } from "#base";
import type { Policy } from "#protocol";
import type { Path } from "../paths/path.ts";
import { RESOURCES_LIMIT, SHED_ROUND_MS } from "./limits.ts";
import type { Measure } from "./measure.ts";
import { Resource } from "./resource.ts";

/**
 * Several directors share nothing: each believes that the others promise what it promises itself, so that it spends its
 * share of the headroom and all of them together no more than there is.
 */
export class ResourceBoard {
  readonly policy: Policy;
  /** Measurements that were taken, and what was promised in all, Mb/s: by these others see that something changed. */
  takes = 0;
  promisedMbps = 0;
  /** In one round of shedding every viewer has asked for steering once, and what moved is visible. */
  roundMs: number = SHED_ROUND_MS;
  /** Resources that could not be kept, because there are too many. */
  overlooked = 0;
  #directors: number;
  readonly #startedAt: MonoMs;
  readonly #resources = new Map<string, Resource>();

  constructor({ policy, directors = 1, startedAt }: BoardOptions) {
    this.policy = policy;
    this.#directors = directors;
    this.#startedAt = startedAt;
  }

  /** How many directors share what has room. */
  get directors(): number {
    return this.#directors;
  }
  set directors(count: number) {
    this.#directors = Math.max(1, count);
  }

  /** Takes a measurement of the second before `at`. */
  take(measure: Measure, at: MonoMs): void {
    const resource = this.resource(measure.id);
    resource.take(measure, at);
    this.#noteCalm(resource, at);
    this.takes += 1;
  }

  /** Notes that a viewer who draws `mbps` was sent over these resources, and begins `lagMs` later. */
  spend(over: readonly string[], mbps: number, now: MonoMs, lagMs = 0): void {
    for (const id of over) {
      const resource = this.resource(id);
      resource.promise(mbps, now + lagMs);
      if (resource.calmSince !== null) this.#noteCalm(resource, now);
    }
    this.promisedMbps += mbps;
  }

  /** What this director's viewers draw over a resource that nobody measures, or that nobody has measured for long. */
  assume(id: string, mbps: number, now: MonoMs): void {
    const resource = this.resource(id);
    resource.assume(mbps * this.#directors);
    this.#noteCalm(resource, now);
  }

  #noteCalm(resource: Resource, now: MonoMs): void {
    const { backAt, backAfterS } = this.policy;
    resource.calm(backAt, this.#directors, now);
    const { calmSince } = resource;
    if (calmSince !== null && now - calmSince >= backAfterS * 1_000) resource.excess.reset(now);
  }

  /** Share of its capacity in use, with what is promised; 0 while nobody told what it holds. */
  fill(resource: Resource): number {
    return resource.believedMbps(this.#directors) / resource.capacityMbps;
  }

  /** Whether everything on the way has room for a viewer who draws `mbps`, up to the share `upTo` of each capacity. */
  roomOver(resources: readonly Resource[], mbps: number, upTo: number): boolean {
    const directors = this.#directors;
    for (const resource of resources) {
      if (!resource.up) return false;
      const after = resource.busiestMbps + directors * (resource.unseenMbps + mbps);
      if (after > upTo * resource.capacityMbps) return false;
    }
    return true;
  }

  /** What on a path is fullest; null when nobody told the capacity of anything. */
  tightest(resources: readonly Resource[]): Resource | null {
    let worst: Resource | null = null;
    for (const resource of resources) {
      if (!resource.up) return resource;
      if (resource.capacityMbps === Infinity) continue;
      if (worst === null || this.fill(resource) > this.fill(worst)) worst = resource;
    }
    return worst;
  }

  /** What a path passes. An edge that nobody measured yet has the capacity it was declared with. */
  resourcesOf(path: Path): readonly Resource[] {
    const found = path.over.map((id) => this.resource(id));
    const edge = found[0];
    if (edge && edge.capacityMbps === Infinity) edge.capacityMbps = path.edge.capacityMbps;
    return found;
  }

  /** A resource by its id, as yet without capacity when it is new. */
  resource(id: string): Resource {
    const known = this.#resources.get(id);
    if (known) return known;
    const made = new Resource(id, id, this.#startedAt);
    if (this.#resources.size < RESOURCES_LIMIT) this.#resources.set(id, made);
    else this.overlooked += 1;
    return made;
  }

  values(): Iterable<Resource> {
    return this.#resources.values();
  }
}

export interface BoardOptions {
  readonly policy: Policy;
  /** Default: one. */
  readonly directors?: number | undefined;
  readonly startedAt: MonoMs;
}
