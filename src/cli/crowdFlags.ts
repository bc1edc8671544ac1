// The words of `regista crowd` made into a crowd's settings.
import { z } from "zod";
import {
  type CrowdLimits,
  type CrowdNetwork,
  type CrowdProtocol,
  crowdProtocols,
  type CrowdSettings,
  crowdSettingsSchema,
} from "#crowd";
import { type ArrivalModel, arrivalModels } from "#crowd/arrivals";
import type { Match } from "#protocol";
import { cliErrors } from "./errors.ts";
import { checkOptions } from "./flags.ts";
import { gatewayOf } from "./plan.ts";

const text = z.string();
const texts = z.array(text).default([]);

/** The flags as commander gives them. */
export const crowdFlagsSchema = z.object({
  viewers: z.coerce.number(),
  protocol: text,
  arrival: z.enum(Object.keys(arrivalModels) as [ArrivalModel, ...ArrivalModel[]]),
  over: text,
  for: text,
  at: text.optional(),
  match: text.optional(),
  edge: texts,
  network: texts,
  links: z.boolean().default(false),
  ask: z.enum(["nobody", "network", "viewer"]),
  director: texts,
  steering: z.boolean(),
  channel: text.optional(),
  target: text.optional(),
  rendition: text,
  audio: z.boolean(),
  cmcd: z.boolean(),
  sample: z.coerce.number(),
  payload: z.coerce.number(),
  processes: z.coerce.number().optional(),
  seed: z.coerce.number(),
  maxErrors: z.coerce.number(),
  maxStalls: z.coerce.number().optional(),
  maxJoinP99: text.optional(),
  maxLatencyP95: text.optional(),
  json: text.optional(),
  html: text.optional(),
  progress: z.boolean(),
});
export type CrowdFlags = z.infer<typeof crowdFlagsSchema>;

/** Where a match on this machine is found; null where nobody said. */
export interface Venue {
  readonly match: Match;
  /** By the edge's id. */
  readonly edgeUrls: ReadonlyMap<string, string>;
  readonly directorUrls: readonly string[];
}

/** The settings that `flags` ask for; networks and edges that they do not name are those of `venue`. */
export function settingsOf(flags: CrowdFlags, venue: Venue): CrowdSettings {
  const ask = flags.director.length > 0 && flags.ask === "nobody" ? "network" : flags.ask;
  const urls = flags.director.length > 0 ? flags.director : venue.directorUrls;
  return checkOptions("crowd", crowdSettingsSchema, {
    channel: flags.channel ?? venue.match.channel.id,
    viewers: flags.viewers,
    protocols: readMix(flags.protocol),
    arrival: flags.arrival,
    overMs: readDuration("over", flags.over),
    durationMs: readDuration("for", flags.for),
    atMs: flags.at === undefined ? null : readDuration("at", flags.at),
    networks: networksOf(flags, venue),
    director: ask === "nobody" ? null : { urls, ask, steer: flags.steering },
    targetLatencyMs: flags.target === undefined ? null : readDuration("target", flags.target),
    rendition: flags.rendition,
    audio: flags.audio,
    cmcd: flags.cmcd,
    sampled: flags.sample,
    payload: flags.payload,
    seed: flags.seed,
    processes: flags.processes ?? null,
  });
}

/** What may happen before the exit status is 1. */
export function limitsOf(flags: CrowdFlags): CrowdLimits {
  const duration = (option: string, value: string | undefined): number | null =>
    value === undefined ? null : readDuration(option, value);
  return {
    errors: flags.maxErrors,
    stalls: flags.maxStalls ?? null,
    joinP99Ms: duration("max-join-p99", flags.maxJoinP99),
    latencyP95Ms: duration("max-latency-p95", flags.maxLatencyP95),
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `2s`, `5m`, `1h`, or bare seconds; ms. */
export function readDuration(option: string, words: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(words.trim());
  if (!found)
    throw cliErrors.make("bad-option", {
      role: "crowd",
      option,
      problem: `"${words}" is no length of time, such as 500ms, 2s, 5m or 1h`,
    });
  return Number(found[1]) * (units[found[2] ?? "s"] as number);
}

/** `dash`, or `dash=0.7,hls=0.3`. */
function readMix(words: string): CrowdSettings["protocols"] {
  return words.split(",").map((item) => {
    const [name = "", weight = "1"] = item.split("=");
    const protocol = crowdProtocols.find((known) => known === name.trim());
    if (!protocol)
      throw cliErrors.make("bad-option", {
        role: "crowd",
        option: "protocol",
        problem: `"${name}" is none of ${crowdProtocols.join(", ")}`,
      });
    return { protocol: protocol satisfies CrowdProtocol, share: Number(weight) };
  });
}

/** The crowd speaks HTTP/1.1 in the clear. */
function checkEdges(option: "edge" | "network", edges: readonly string[]): void {
  for (const edge of edges)
    if (!URL.canParse(edge) || new URL(edge).protocol !== "http:")
      throw cliErrors.make("bad-option", {
        role: "crowd",
        option,
        problem: `"${edge}" is no http:// address`,
      });
}

/** The networks that flags name, filled up from the match where it knows them by name; without flags, the match's own. */
function networksOf(flags: CrowdFlags, venue: Venue): CrowdNetwork[] {
  checkEdges("edge", flags.edge);
  const known = knownNetworks(flags, venue);
  if (flags.network.length > 0)
    return flags.network.map((words) => readNetwork(words, known, flags.edge));
  // Edges without networks: viewers come from wherever this machine comes from.
  if (flags.edge.length > 0 && flags.match === undefined)
    return [{ name: "this machine", asn: null, prefix: null, share: 1, edges: flags.edge }];
  return known;
}

function knownNetworks(flags: CrowdFlags, { match, edgeUrls }: Venue): CrowdNetwork[] {
  return match.networks.map(({ asn, name, prefixes }) => {
    const [prefix = null] = prefixes;
    const nearest = match.edges.toSorted(
      (a, b) => distance(match, a, asn) - distance(match, b, asn),
    );
    const urls =
      flags.edge.length > 0 ? flags.edge : nearest.map(({ id, url }) => edgeUrls.get(id) ?? url);
    return {
      name,
      asn,
      prefix,
      share: 1,
      edges: flags.links && prefix !== null ? urls.map((url) => throughGateway(url, prefix)) : urls,
    };
  });
}

/** 0: in the network; 1: at an exchange where it is a member; 2: beyond. */
function distance(match: Match, edge: Match["edges"][number], asn: number): number {
  if (edge.in === asn) return 0;
  const exchange = match.exchanges.find(({ id }) => id === edge.at);
  return exchange?.members.includes(asn) ? 1 : 2;
}

/** The network's own way to the edge: its access link, with the delay and the rate that it declares. */
function throughGateway(url: string, prefix: string): string {
  const { port } = new URL(url);
  return `http://${gatewayOf(prefix)}:${port}`;
}

const networkKeys = ["name", "asn", "prefix", "share", "edge"] as const;

/** `name=Fastweb,share=3` or `name=Home,asn=64500,prefix=127.0.9.0/24,share=1,edge=http://…+http://…`. */
function readNetwork(
  words: string,
  known: readonly CrowdNetwork[],
  edges: readonly string[],
): CrowdNetwork {
  const refuse = (problem: string): never => {
    throw cliErrors.make("bad-option", { role: "crowd", option: "network", problem });
  };
  const given = new Map<string, string>();
  for (const pair of words.split(",")) {
    const [key = "", ...value] = pair.split("=");
    if (!networkKeys.some((name) => name === key) || value.length === 0)
      refuse(`"${pair}" is none of ${networkKeys.map((name) => `${name}=…`).join(", ")}`);
    given.set(key, value.join("="));
  }
  const name = given.get("name") ?? refuse("it has no name=…");
  const like = known.find((network) => network.name.toLowerCase() === name.toLowerCase());
  const [asn, prefix, share, own] = ["asn", "prefix", "share", "edge"].map((key) => given.get(key));
  checkEdges("network", own?.split("+") ?? []);
  return {
    name: like?.name ?? name,
    asn: asn === undefined ? (like?.asn ?? null) : Number(asn),
    prefix: prefix ?? like?.prefix ?? null,
    share: share === undefined ? (like?.share ?? 1) : Number(share),
    edges: own?.split("+") ?? like?.edges ?? [...edges],
  };
}
