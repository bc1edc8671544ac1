// Pathways that playlists and MPD do not name, made from one that they do (rfc8216bis 7.2, ETSI TS 103 998 6).
import type { PathwayClone } from "#protocol";
import type { SteeringProtocol } from "./playerWords.ts";

/** An edge as players are told of it. */
export interface ToldEdge {
  readonly id: string;
  readonly url: string;
}

/** Of which edges players know, and how the others are told. */
export class Pathways {
  readonly #named: ReadonlySet<string>;
  readonly #clones: Record<SteeringProtocol, ReadonlyMap<string, PathwayClone>>;
  readonly #last: string | null;
  /** Edges that no player can be told: not named, and no named one has their scheme, port and path. */
  readonly untold: readonly string[];

  /** `named` are the ids that playlists and MPD name. */
  constructor(edges: readonly ToldEdge[], named: ReadonlySet<string>) {
    this.#named = named;
    this.#last = edges.find(({ id }) => named.has(id))?.id ?? null;
    const bases = new Map<string, string>();
    for (const { id, url } of edges)
      if (named.has(id) && !bases.has(keptOf(url))) bases.set(keptOf(url), id);
    const hls = new Map<string, PathwayClone>();
    const dash = new Map<string, PathwayClone>();
    const untold: string[] = [];
    for (const { id, url } of edges) {
      const base = bases.get(keptOf(url));
      if (named.has(id)) continue;
      if (base === undefined) {
        untold.push(id);
        continue;
      }
      const { host, hostname } = new URL(url);
      hls.set(id, cloneOf(base, id, hostname));
      dash.set(id, cloneOf(base, id, host));
    }
    this.#clones = { hls, dash };
    this.untold = untold;
  }

  /** The named edge that stands in a list where none of the decision's can; null: none is named. */
  get last(): string | null {
    return this.#last;
  }

  names(edge: string): boolean {
    return this.#named.has(edge);
  }

  /** How an edge that is not named is told; null: it is named, or cannot be. */
  cloneOf(protocol: SteeringProtocol, edge: string): PathwayClone | null {
    return this.#clones[protocol].get(edge) ?? null;
  }
}

/** What a clone has of its base: everything but the host. */
function keptOf(url: string): string {
  const { protocol, port, pathname } = new URL(url);
  return `${protocol}${port}${pathname}`;
}

/**
 * HOST in HLS is the host of RFC 3986 3.2.2: players set it and keep the base's port, and one that finds a port in it
 * takes nothing of it. dash.js writes HOST where the base's host and port stood: for DASH the port goes along where it
 * is not the scheme's own.
 */
const cloneOf = (base: string, id: string, host: string): PathwayClone => ({
  "BASE-ID": base,
  ID: id,
  "URI-REPLACEMENT": { HOST: host },
});
