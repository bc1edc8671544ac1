// Which requests are which: how an object is named, what of its request goes upstream, and what comes from one source.
import { edgeErrors } from "../errors.ts";
import { listedQuery, normalSpelling, withoutReport } from "./key.ts";
import { NAMES_REMEMBERED, REMEMBERED_LENGTH, ROUTES_LIMIT } from "./limits.ts";

/** A rule for some paths; the first that matches stands. */
export interface RouteRule {
  /** Regular expression on the path in its normal spelling. */
  readonly match: string;
  /** The parameters that name the object, in this order; all others go nowhere. Absent: the whole query less CMCD. */
  readonly query?: readonly string[] | undefined;
  /**
   * What of the request goes upstream. "none" (the default): nothing, so that the answer is the same for everybody; only
   * GET and HEAD are served, and CORS is the edge's. "all": a cache before anybody's origin: the viewer's end-to-end fields
   * and every safe or unsafe method go through, and CORS is the origin's.
   */
  readonly forward?: "none" | "all" | undefined;
  /** Regular expression on the path; objects whose groups are equal come from one upstream. Absent: any. */
  readonly source?: string | undefined;
  /** Whether the origin may hold the request for longer than a part takes; default false. */
  readonly held?: boolean | undefined;
}

/**
 * A channel's playlists, manifests and media; what feeds the origin is not to be had through an edge; everything else is a
 * cache before anybody's origin.
 */
const defaultRoutes: readonly RouteRule[] = [
  {
    match: String.raw`^/[\w-]{1,64}/[\w-]{1,64}\.m3u8$`,
    query: ["_HLS_msn", "_HLS_part", "_HLS_skip"],
  },
  { match: String.raw`^/[\w-]{1,64}/live\.mpd$`, query: [] },
  {
    match: String.raw`^/[\w-]{1,64}/[\w-]{1,64}/\d{1,15}(?:\.\d{1,3})?\.(?:m4s|vtt)$`,
    query: [],
    // Parts of one segment fit together only when one encoder made them. A whole segment fits behind anybody's: it comes
    // from whoever is well, also when its first half was lost with another.
    source: String.raw`^/([\w-]+)/([\w-]+)/(\d+)\.\d+\.(?:m4s|vtt)$`,
  },
  { match: String.raw`^/[\w-]{1,64}/[\w-]{1,64}/init-[\w-]{1,64}\.mp4$`, query: [] },
  { match: String.raw`^/[\w-]{1,64}/cues\.json$`, query: [] },
  { match: String.raw`^/[\w-]{1,64}/cues/\d{1,15}\.json$`, query: [], held: true },
  { match: "^/ingest(?:/|$)" },
];

/** What a request is for. */
export interface ObjectName {
  /** Of the object in the cache: equal for equivalent requests. */
  readonly key: string;
  /** Path and query as they go upstream. */
  readonly target: string;
  readonly source: string | null;
  readonly forwards: boolean;
  readonly held: boolean;
  /** The parameters of the route, when the query cannot be read in one way only; null: all is well. */
  readonly bad: string | null;
}

interface Route {
  readonly match: RegExp;
  readonly query: readonly string[] | null;
  readonly forwards: boolean;
  readonly held: boolean;
  readonly source: RegExp | null;
}

/** Where no rule matches. */
const anybodys: Route = { match: /^/, query: null, forwards: true, held: false, source: null };

export class Routes {
  readonly #routes: readonly Route[];
  /** A crowd asks for the same few: worked out once. */
  readonly #names = new Map<string, ObjectName>();

  /** `rules` stand before those of a channel. Throws `edge/bad-route`. */
  constructor(rules: readonly RouteRule[] = []) {
    if (rules.length > ROUTES_LIMIT)
      throw edgeErrors.make("bad-route", { match: `${rules.length} rules`, why: "are too many" });
    this.#routes = [...rules, ...defaultRoutes].map(compiled);
  }

  /** Names the object of a request. */
  name(path: string, query: string): ObjectName {
    const rest = query === "" ? "" : withoutReport(query);
    const asked = rest === "" ? path : `${path}?${rest}`;
    const known = this.#names.get(asked);
    if (known) return known;
    const name = this.#worked(path, rest);
    if (asked.length > REMEMBERED_LENGTH) return name;
    if (this.#names.size >= NAMES_REMEMBERED) this.#names.clear();
    this.#names.set(asked, name);
    return name;
  }

  #worked(path: string, query: string): ObjectName {
    const normal = normalSpelling(path);
    const route = this.#routes.find(({ match }) => match.test(normal)) ?? anybodys;
    const { forwards, held } = route;
    const source = route.source?.exec(normal)?.slice(1).join("/") ?? null;
    if (route.query === null) {
      const mark = query === "" ? "" : "?";
      // What goes upstream stays as the first who asks spells it: a signature may lie over it.
      const key = normal + mark + normalSpelling(query);
      return { key, target: path + mark + query, source, forwards, held, bad: null };
    }
    const listed = listedQuery(query, route.query);
    const bad = listed === null ? route.query.join(", ") : null;
    const key = listed === null || listed === "" ? normal : `${normal}?${listed}`;
    return { key, target: key, source, forwards, held, bad };
  }
}

function compiled(rule: RouteRule): Route {
  const expression = (text: string): RegExp => {
    try {
      return new RegExp(text);
    } catch (cause) {
      const why = "is no regular expression";
      throw edgeErrors.make("bad-route", { match: text, why }, cause);
    }
  };
  return {
    match: expression(rule.match),
    query: rule.query ?? null,
    forwards: rule.forward === "all",
    held: rule.held ?? false,
    source: rule.source === undefined ? null : expression(rule.source),
  };
}
