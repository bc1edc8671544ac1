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
  /** As it came, unchecked; undefined when nothing is said. */
  readonly target: unknown;
}

const NAMES_LIMIT = 32;

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
    target: said["X-REGISTA-TARGET"],
  };
}

/** What a steering client needs of the engine. */
export interface SteeringParts {
  readonly url: string;
  readonly route: (url: string) => string;
  readonly clock: PageClock;
  /** The name of the location in use. */
  readonly pathway: () => string | null;
  readonly onAnswer: (answer: SteeringAnswer) => void;
}

/** Asks at once and then each time to live; the returned function ends it. */
export function followSteering(parts: SteeringParts): () => void {
  const { clock, route, pathway, onAnswer } = parts;
  const ended = new AbortController();
  let { url } = parts;
  let cancel = (): void => undefined;
  const ask = async (): Promise<number> => {
    const asked = new URL(url);
    const now = pathway();
    if (now !== null) asked.searchParams.set("_DASH_pathway", `"${now}"`);
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(DOCUMENT_DEADLINE_MS)]);
    const answer = await fetch(route(asked.href), { cache: "no-store", signal });
    const said = answer.ok ? readSteering(await answer.text(), url) : null;
    if (!said || ended.signal.aborted) return STEERING_TTL_S.first;
    url = said.reload ?? url;
    onAnswer(said);
    return said.ttlS;
  };
  const turn = (): void => {
    // A director that does not answer costs nothing: the last answer holds.
    const asked = URL.canParse(url) ? ask() : Promise.resolve(STEERING_TTL_S.most);
    void asked
      .catch(() => STEERING_TTL_S.first)
      .then((ttlS) => {
        if (!ended.signal.aborted) cancel = clock.after(ttlS * 1_000, turn);
      });
  };
  turn();
  return () => {
    ended.abort();
    cancel();
  };
}
