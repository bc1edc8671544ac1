// Content steering (ETSI TS 103 998 7): who serves, and how far behind the camera to stay. No answer: the last holds.
import type { PageClock } from "../../page/clock.ts";
import { DOCUMENT_DEADLINE_MS } from "../limits.ts";
import { STEERING_CHARS_LIMIT, STEERING_TTL_S } from "./limits.ts";

/** A steering answer as far as it is used. */
export interface SteeringAnswer {
  readonly order: readonly string[];
  readonly ttlS: number;
  /** Absolute; null: the same again. */
  readonly reload: string | null;
  /** Locations made of others by another host (URI-REPLACEMENT). */
  readonly clones: readonly LocationClone[];
  /** As it came, unchecked; undefined when nothing is said. */
  readonly target: unknown;
}

/** The location `name` is `base` with another host, whose port may differ too. */
export interface LocationClone {
  readonly base: string;
  readonly name: string;
  readonly host: string;
}

const NAMES_LIMIT = 32;

function clonesOf(said: unknown): LocationClone[] {
  if (!Array.isArray(said)) return [];
  return said.slice(0, NAMES_LIMIT).flatMap((clone: unknown) => {
    const fields = (clone ?? {}) as Record<string, unknown>;
    const by = (fields["URI-REPLACEMENT"] ?? {}) as Record<string, unknown>;
    const [base, name, host] = [fields["BASE-ID"], fields["ID"], by["HOST"]];
    const whole = typeof base === "string" && typeof name === "string" && typeof host === "string";
    return whole && host !== "" ? [{ base, name, host }] : [];
  });
}

/** Reads an answer that came from `url`; null for what is none. */
export function readSteering(text: string, url: string): SteeringAnswer | null {
  if (text.length > STEERING_CHARS_LIMIT) return null;
  let said: Record<string, unknown> | null;
  try {
    said = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
  if (typeof said !== "object" || said?.["VERSION"] !== 1) return null;
  const named = said["PATHWAY-PRIORITY"] ?? said["SERVICE-LOCATION-PRIORITY"];
  const order = Array.isArray(named) ? named.filter((name) => typeof name === "string") : [];
  const [ttl, reload] = [said["TTL"], said["RELOAD-URI"]];
  const { least, most, first } = STEERING_TTL_S;
  return {
    order: order.slice(0, NAMES_LIMIT),
    ttlS: typeof ttl === "number" && ttl > 0 ? Math.min(Math.max(ttl, least), most) : first,
    reload:
      typeof reload === "string" && URL.canParse(reload, url) ? new URL(reload, url).href : null,
    clones: clonesOf(said["PATHWAY-CLONES"]),
    target: said["X-REGISTA-TARGET"],
  };
}

/** What a steering client needs of the engine. */
export interface SteeringParts {
  /** One director's and then the others': at least one. */
  readonly urls: readonly string[];
  readonly route: (url: string) => string;
  readonly clock: PageClock;
  /** The name of the location in use. */
  readonly pathway: () => string | null;
  readonly onAnswer: (answer: SteeringAnswer) => void;
}

/**
 * Asks at once and then each time to live, the next director when one does not answer; the returned function ends it. 429 is
 * obeyed, and 410 ends it (ETSI TS 103 998 7).
 */
export function followSteering(parts: SteeringParts): () => void {
  const { clock } = parts;
  const ended = new AbortController();
  const urls = parts.urls.filter((url) => URL.canParse(url));
  let at = 0;
  let cancel = (): void => undefined;
  /** How long to wait; null: no answer. */
  const ask = async (): Promise<number | null> => {
    const url = urls[at] ?? "";
    const answer = await fetch(questionTo(url, parts), {
      cache: "no-store",
      signal: AbortSignal.any([ended.signal, AbortSignal.timeout(DOCUMENT_DEADLINE_MS)]),
    });
    if (answer.status === 410) return Infinity;
    if (answer.status === 429) return waitS(answer.headers.get("retry-after"));
    const said = answer.ok ? readSteering(await answer.text(), url) : null;
    if (ended.signal.aborted) return Infinity;
    if (!said) return null;
    urls[at] = said.reload ?? url;
    parts.onAnswer(said);
    return said.ttlS;
  };
  const round = async (): Promise<number> => {
    // Directors that do not answer cost nothing: the last answer holds.
    for (let asked = 0; asked < urls.length; asked += 1) {
      const seconds = await ask().catch(() => null);
      if (seconds !== null) return seconds;
      at = (at + 1) % urls.length;
    }
    return STEERING_TTL_S.first;
  };
  const turn = (): void =>
    void round().then((seconds) => {
      if (!ended.signal.aborted && seconds < Infinity) cancel = clock.after(seconds * 1_000, turn);
    });
  if (urls.length > 0) turn();
  return () => {
    ended.abort();
    cancel();
  };
}

function questionTo(url: string, { route, pathway }: SteeringParts): string {
  const asked = new URL(url);
  const now = pathway();
  if (now !== null) asked.searchParams.set("_DASH_pathway", `"${now}"`);
  return route(asked.href);
}

/** Retry-After in seconds, within bounds. */
function waitS(field: string | null): number {
  const { least, most, first } = STEERING_TTL_S;
  const seconds = /^\d{1,6}$/.test(field ?? "") ? Number(field) : first;
  return Math.min(Math.max(seconds, least), most);
}
