// The surfaces at the director's start: options checked, the desk for players, the name server.
import { randomBytes } from "node:crypto";
import { type Chance, chanceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { Director } from "../director.ts";
import { type DnsHandle, startDns } from "../dns/dnsServer.ts";
import { RESPONSES_PER_S } from "../dns/limits.ts";
import { placingOf } from "../dns/placing.ts";
import { addressesOf } from "./edgeAddress.ts";
import { isZoneName } from "../dns/zone.ts";
import { directorErrors } from "../errors.ts";
import type { EdgeDeclaration } from "../topology.ts";
import { PlayerDesk } from "./desk.ts";
import { REQUESTS_PER_S } from "./limits.ts";

/** What of the director's options says how players are answered. */
export interface SurfaceOptions {
  /** Ids of the edges that playlists and MPD name; the others are told as clones of these. Default: all. */
  readonly pathways?: readonly string[] | null | undefined;
  /** Requests of players answered a second, above which they are shed fairly. Default: {@link REQUESTS_PER_S}. */
  readonly requestsPerS?: number | undefined;
  /** The name server. Default: none. */
  readonly dns?: DnsSettings | null | undefined;
}

export interface DnsSettings {
  /** The zone that it is the authority for, such as `match.example`. */
  readonly zone: string;
  /** UDP and TCP; 0: any that is free in both. Default 53. */
  readonly port?: number | undefined;
  /** Default: where the director listens. */
  readonly host?: string | undefined;
  /** Names of the zone's servers. Default: one, `ns.` and the zone. */
  readonly nameServers?: readonly string[] | undefined;
  /** UDP answers a second to one /24 or /56. Default: {@link RESPONSES_PER_S}. */
  readonly responsesPerS?: number | undefined;
}

interface Context {
  readonly clock: Clock;
  readonly log: Log;
}

/** Chance that nobody outside can repeat: it keys the rows in which sources are counted. */
const secretChance = (): Chance => chanceOf(randomBytes(4).readUInt32BE(0));

/** Refuses what cannot be. Throws `director/bad-option`. */
export function checkSurfaces(
  { pathways, requestsPerS, dns }: SurfaceOptions,
  edges: readonly EdgeDeclaration[],
): void {
  const refuse = (option: string, problem: string): never => {
    throw directorErrors.make("bad-option", { option, problem });
  };
  const known = new Set(edges.map(({ id }) => id));
  if (pathways?.length === 0) refuse("pathways", "none is named: a player could follow no clone");
  for (const id of pathways ?? []) if (!known.has(id)) refuse("pathways", `${id} is no edge`);
  if (requestsPerS !== undefined && !(requestsPerS >= 1))
    refuse("requestsPerS", `${requestsPerS} is less than one`);
  if (!dns) return;
  for (const name of [dns.zone, ...(dns.nameServers ?? [])])
    if (!isZoneName(name)) refuse("dns", `${name} is no name of two labels or more`);
  if (dns.responsesPerS !== undefined && !(dns.responsesPerS >= 1))
    refuse("dns", `responsesPerS ${dns.responsesPerS} is less than one`);
}

/** The desk. Edges that some player cannot be told are named in the log. */
export function openDesk(
  { pathways = null, requestsPerS = REQUESTS_PER_S }: SurfaceOptions,
  { director, base, clock, log }: Context & { director: Director; base: () => string },
): PlayerDesk {
  const chance = secretChance();
  const desk = new PlayerDesk({ director, base, pathways, requestsPerS, chance, clock });
  const { untold } = desk.pathways;
  if (untold.length > 0)
    log.warn(
      { edges: untold },
      "players cannot be steered to these edges: playlists do not name them, nor one of their scheme, port and path",
    );
  return desk;
}

/** The name server, when a zone is set; null without. Throws `director/dns-cannot-listen`. */
export async function openDns(
  { dns, host: ownHost }: SurfaceOptions & { readonly host?: string | undefined },
  { director, clock, log }: Context & { director: Director },
): Promise<DnsHandle | null> {
  if (!dns) return null;
  const { zone, port = 53, host = ownHost ?? "127.0.0.1", nameServers = [] } = dns;
  const { responsesPerS = RESPONSES_PER_S } = dns;
  const unnamed = director.topology.edges.filter(
    (edge) => addressesOf(edge, 4).length + addressesOf(edge, 6).length === 0,
  );
  if (unnamed.length > 0)
    log.warn(
      { edges: unnamed.map(({ id }) => id) },
      "DNS cannot name these edges: their URL holds a name; give them addresses",
    );
  const server = await startDns(
    { zone, port, host, nameServers, responsesPerS },
    { channel: director.channel, place: placingOf(director), chance: secretChance() },
    { clock, log },
  );
  log.info({ zone, host, port: server.port }, "the director answers DNS");
  return server;
}
