// Viewers inside an access network, each from a subscriber's address of its own.
import type { Closable } from "#base";
import type { CrowdReport, CrowdSettings } from "#crowd";
import type { CrowdMessage } from "./crowdMain.ts";
import type { NetworkDescription } from "./description.ts";
import type { ModelledEdge } from "./model.ts";
import { homesOf } from "./plan.ts";
import type { LabProcess } from "./process.ts";
import type { Station } from "./station.ts";

const MAIN = new URL("crowdMain.ts", import.meta.url).pathname;
/** Longer than any play: a crowd watches until it is told to stop. */
const UNTIL_STOPPED_MS = 3_600_000;

type Now = Extract<CrowdMessage, { now: unknown }>["now"];

/** Who comes, and what they do. */
export interface ViewersOptions {
  readonly count: number;
  /** Directors' URLs, asked by every viewer from its own address; their steering is followed. */
  readonly directors?: readonly string[];
  /** Where they go when no director is asked, the best first. */
  readonly edges?: readonly string[];
  /** How long their coming takes, ms; default 2,000. */
  readonly overMs?: number;
  /** Default: half of them low-latency DASH by chunks of whole segments, which costs one request a second each. */
  readonly protocols?: CrowdSettings["protocols"];
  /** Default `lowest`. */
  readonly rendition?: string;
  /** Default false: sound doubles the requests. */
  readonly audio?: boolean;
  readonly seed?: number;
  /** The family of their addresses; default 4. */
  readonly family?: 4 | 6;
  /** Whether they go on asking where to be, and follow; default true. */
  readonly steer?: boolean;
  /** As plays call it; default `viewers NETWORK`. */
  readonly as?: string;
}

/** A crowd that watches. */
export class LabViewers implements Closable {
  readonly process: LabProcess;
  readonly network: string;
  readonly count: number;
  #now: Now | null = null;
  #report: CrowdReport | null = null;

  private constructor(process: LabProcess, { network, count }: { network: string; count: number }) {
    this.process = process;
    this.network = network;
    this.count = count;
    process.onMessage((message) => {
      const said = message as CrowdMessage;
      if ("now" in said) this.#now = said.now;
      if ("report" in said) this.#report = said.report;
    });
  }

  /** Resolves when its processes run and the first viewers are about to come. */
  static async start(
    station: Station,
    network: NetworkDescription,
    options: ViewersOptions,
  ): Promise<LabViewers> {
    const settings = JSON.stringify(settingsOf(network, options));
    const as = options.as ?? `viewers ${network.id}`;
    const started = station.fork(MAIN, [settings], { as });
    const viewers = new LabViewers(started, { network: network.id, count: options.count });
    await started.first((message) => {
      const said = message as CrowdMessage;
      if ("failed" in said) throw new Error(said.failed.why);
      return "started" in said ? true : null;
    });
    return viewers;
  }

  /** How they are; null before the first half second. */
  get now(): Now | null {
    return this.#now;
  }

  /** Viewers that play, 0 before any. */
  get playing(): number {
    return this.#now?.playing ?? 0;
  }

  /** Viewers that play from an edge, under its name or an address: a viewer knows the name once it was steered. */
  at({ id, url, addresses = [] }: Pick<ModelledEdge, "id" | "url" | "addresses">): number {
    const named = (key: string): boolean =>
      key === id || key === url || addresses.some((address) => key.includes(`//[${address}]:`));
    return Object.entries(this.#now?.edges ?? {}).reduce(
      (sum, [key, playing]) => sum + (named(key) ? playing : 0),
      0,
    );
  }

  /** Sends them home; the report of their whole time. Rejects when the process died before it could tell. */
  async report(): Promise<CrowdReport> {
    this.process.send({ stop: true });
    await this.process.gone;
    if (this.#report) return this.#report;
    throw new Error(`${this.process.id} left no report: ${this.process.words.join("\n")}`);
  }

  close(): Promise<void> {
    return this.process.close();
  }
}

function settingsOf(network: NetworkDescription, options: ViewersOptions): CrowdSettings {
  const { count, directors, edges = [], overMs = 2_000, seed = 1 } = options;
  return {
    channel: "match",
    viewers: count,
    protocols: [...(options.protocols ?? [{ protocol: "dash", share: 1 }])],
    arrival: "steady",
    overMs,
    durationMs: UNTIL_STOPPED_MS,
    atMs: null,
    networks: [
      {
        ...{ name: network.name, asn: network.asn, share: 1 },
        prefix: options.family === 6 ? network.homes.ipv6 : network.homes.ipv4,
        edges: [...edges],
      },
    ],
    director: directors
      ? { urls: [...directors], ask: "viewer", steer: options.steer ?? true }
      : null,
    targetLatencyMs: null,
    rendition: options.rendition ?? "lowest",
    audio: options.audio ?? false,
    cmcd: true,
    sampled: 0.05,
    payload: 1,
    seed,
    processes: null,
  };
}

/** The station of a network's viewers. */
export const viewersAt = (network: NetworkDescription): string => homesOf(network.id);
