// Cache-Control (RFC 9111 5.2), as a shared cache reads it.

/** What a Cache-Control field says; seconds. A directive that cannot be read is taken for its strictest meaning. */
export interface CacheDirectives {
  readonly noStore: boolean;
  /** Also where it names fields: RFC 9111 5.2.2.4 lets a cache read `no-cache="…"` as the unqualified form. */
  readonly noCache: boolean;
  /** Also where it names fields: RFC 9111 5.2.2.7 lets a cache read `private="…"` as the unqualified form. */
  readonly private: boolean;
  readonly public: boolean;
  readonly mustRevalidate: boolean;
  /** The same for a shared cache (RFC 9111 5.2.2.8), but it opens nothing to others (RFC 9111 3.5). */
  readonly proxyRevalidate: boolean;
  /** RFC 9111 5.2.2.3. */
  readonly mustUnderstand: boolean;
  readonly maxAgeS: number | null;
  readonly sMaxageS: number | null;
  /** RFC 5861 3. */
  readonly staleWhileRevalidateS: number | null;
  /** RFC 5861 4. */
  readonly staleIfErrorS: number | null;
}

/** RFC 9111 1.2.2: a longer time than can be held is taken for this. */
const LONGEST_S = 2 ** 31;

/** A token, and what follows it. */
const directive = /^([!#$%&'*+\-.^_`|~\da-z]+)(.*)$/is;
/** An argument: a token or a quoted string (RFC 9111 5.2). */
const argument = /^=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))$/s;

/** Reads the field; nothing gives no directives. Unknown directives are ignored (RFC 9111 5.2.3). Never throws. */
export function parseCacheControl(field: string | undefined): CacheDirectives {
  const found = directivesOf(field ?? "");
  const seconds = (name: string): number | null => {
    const value = found.get(name);
    if (value === undefined) return null;
    // RFC 9111 4.2.1: a lifetime that cannot be read is best taken as stale.
    return /^\d+$/.test(value) ? Math.min(Number(value), LONGEST_S) : 0;
  };
  return {
    noStore: found.has("no-store"),
    noCache: found.has("no-cache"),
    private: found.has("private"),
    public: found.has("public"),
    mustRevalidate: found.has("must-revalidate"),
    proxyRevalidate: found.has("proxy-revalidate"),
    mustUnderstand: found.has("must-understand"),
    maxAgeS: seconds("max-age"),
    sMaxageS: seconds("s-maxage"),
    staleWhileRevalidateS: seconds("stale-while-revalidate"),
    staleIfErrorS: seconds("stale-if-error"),
  };
}

/** Whether a request's field says that only what is stored is wanted (RFC 9111 5.2.1.7). */
export const onlyIfCached = (field: string | undefined): boolean =>
  field !== undefined && directivesOf(field).has("only-if-cached");

/**
 * By name in lower case. The first of two that disagree stands (RFC 9111 4.2.1). One whose argument is broken counts with an
 * argument that cannot be read: `no-store;` still forbids.
 */
function directivesOf(field: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of splitList(field)) {
    const parts = directive.exec(text);
    if (!parts) continue;
    const name = (parts[1] as string).toLowerCase();
    if (found.has(name)) continue;
    const [, quoted, token] = argument.exec(parts[2] as string) ?? [];
    found.set(name, quoted ?? token ?? "");
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
 * Age (RFC 9111 5.1): whole seconds. The first of several members counts; what cannot be read is ignored, and so null, as
 * is a field that is not there.
 */
export function parseAge(field: string | undefined): number | null {
  const first = field?.split(",", 1)[0]?.trim();
  return first !== undefined && /^\d+$/.test(first) ? Math.min(Number(first), LONGEST_S) : null;
}
