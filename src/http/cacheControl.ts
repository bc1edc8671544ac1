// Cache-Control (RFC 9111 5.2), as a shared cache reads it.

/** What a response's Cache-Control says; seconds. A directive that cannot be read is taken for its strictest meaning. */
export interface CacheDirectives {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly private: boolean;
  readonly public: boolean;
  readonly mustRevalidate: boolean;
  readonly immutable: boolean;
  readonly maxAgeS: number | null;
  readonly sMaxageS: number | null;
  /** RFC 5861 3. */
  readonly staleWhileRevalidateS: number | null;
  /** RFC 5861 4. */
  readonly staleIfErrorS: number | null;
}

/** RFC 9111 1.2.2: a longer time than can be held is taken for this. */
const LONGEST_S = 2 ** 31;

/** One member of the list: a token, perhaps with a token or a quoted string as its argument (RFC 9111 5.2). */
const member = /^([!#$%&'*+\-.^_`|~\da-z]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?$/i;

/** Reads the field; nothing gives no directives. Unknown directives are ignored (RFC 9111 5.2.3). Never throws. */
export function parseCacheControl(field: string | undefined): CacheDirectives {
  const found = directivesOf(field ?? "");
  const seconds = (name: string): number | null => {
    const argument = found.get(name);
    if (argument === undefined) return null;
    // RFC 9111 4.2.1: a lifetime that cannot be read is best taken as stale.
    return /^\d+$/.test(argument) ? Math.min(Number(argument), LONGEST_S) : 0;
  };
  return {
    noStore: found.has("no-store"),
    noCache: found.has("no-cache"),
    private: found.has("private"),
    public: found.has("public"),
    mustRevalidate: found.has("must-revalidate") || found.has("proxy-revalidate"),
    immutable: found.has("immutable"),
    maxAgeS: seconds("max-age"),
    sMaxageS: seconds("s-maxage"),
    staleWhileRevalidateS: seconds("stale-while-revalidate"),
    staleIfErrorS: seconds("stale-if-error"),
  };
}

/** By name in lower case. The first of two that disagree stands (RFC 9111 4.2.1). */
function directivesOf(field: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of splitList(field)) {
    const parts = member.exec(text);
    if (!parts) continue;
    const name = (parts[1] as string).toLowerCase();
    if (!found.has(name)) found.set(name, parts[2] ?? parts[3] ?? "");
  }
  return found;
}

/** The members of a comma-separated list; commas in quoted strings do not separate (RFC 9110 5.6.1). */
export function splitList(field: string): string[] {
  const members: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < field.length; at++) {
    const character = field[at];
    if (quoted && character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      members.push(field.slice(from, at).trim());
      from = at + 1;
    }
  }
  members.push(field.slice(from).trim());
  return members.filter((text) => text !== "");
}

/**
 * For how many seconds a shared cache may use the answer without asking (RFC 9111 4.2.1); 0 when it may not keep it at
 * all. No heuristic: what does not say how long it lives is not kept.
 */
export function sharedLifetimeS(directives: CacheDirectives): number {
  if (directives.noStore || directives.private || directives.noCache) return 0;
  return directives.sMaxageS ?? directives.maxAgeS ?? 0;
}

/** Age (RFC 9111 5.1): whole seconds; what cannot be read is 0. */
export const parseAge = (field: string | undefined): number =>
  field !== undefined && /^\d+$/.test(field) ? Math.min(Number(field), LONGEST_S) : 0;
