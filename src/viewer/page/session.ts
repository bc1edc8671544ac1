// Where to watch: what a director says, the next one when one is silent, or, when none answers, the first edge of the
// configuration, until one of them steers. Watching never waits for the director: it may be down.
import type { Session } from "#protocol";
import type { WatchConfig } from "../config.ts";
import { manifestUrls } from "./paths.ts";

/** The longest that all directors together may take, ms. */
const DIRECTOR_DEADLINE_MS = 1_200;

/** A session, whoever gave it. */
export interface Place {
  session: string;
  network: string | null;
  /** The group of viewers that share a target; null without a director. */
  cohort: string | null;
  edge: { id: string; class: string | null };
  why: readonly string[];
  urls: { hls: string; dash: string; time: string };
  /** Where this session is steered: by the director that answered, or by any when none did; null when none is configured. */
  steering: { hls: string; dash: string } | null;
  /** The other directors, in the order in which they are asked when the first is silent. */
  otherDirectors: readonly string[];
  /** How far behind the camera to stay, as it came and unchecked; null when nobody said it. */
  target: unknown;
  /** One sentence when the director did not give it. */
  trouble: string | null;
}

/**
 * Asks one director after the other through `route`, beginning with any, since they share the viewers. Rejects only when
 * there is nothing to fall back on.
 */
export async function findPlace(
  config: WatchConfig,
  route: (url: string) => string,
): Promise<Place> {
  const { directorUrls, channel } = config;
  const from = (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % directorUrls.length;
  const order = [...directorUrls.slice(from), ...directorUrls.slice(0, from)];
  let problem = "";
  for (const director of order)
    try {
      const url = `${director}/session?channel=${encodeURIComponent(channel)}`;
      const answer = await fetch(route(url), {
        cache: "no-store",
        signal: AbortSignal.timeout(DIRECTOR_DEADLINE_MS / order.length),
      });
      const body: unknown = await answer.json();
      if (!answer.ok) throw new Error(refusalOf(body) ?? `it answered ${answer.status}`);
      return { ...placeOf(body), otherDirectors: order.filter((other) => other !== director) };
    } catch (failure) {
      problem = failure instanceof Error ? failure.message : String(failure);
    }
  return fallback(config, { order, problem });
}

function refusalOf(body: unknown): string | null {
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : null;
  return typeof error === "string" ? error : null;
}

/**
 * Where a session is steered: by the director that gave it, else by the others, who answer for any session. `door` is the
 * path's end, `hls` or `dash`.
 */
export function steeringUrls(place: Place, door: "hls" | "dash"): string[] {
  if (!place.steering) return [];
  const own = place.steering[door];
  const query = URL.canParse(own) ? new URL(own).search : "";
  return [own, ...place.otherDirectors.map((director) => steeringAt(director, door) + query)];
}

const steeringAt = (director: string, door: "hls" | "dash"): string => `${director}/steer/${door}`;

/** Reads the director's answer; throws a sentence when it is not one. */
export function placeOf(body: unknown): Place {
  const said = body as Partial<Session> | null;
  if (said?.v !== 1) throw new Error("it speaks another version");
  const { session, urls, target, edge, steering } = said;
  if (typeof session !== "string" || !urls?.dash || !urls.hls || !urls.time || !edge?.id)
    throw new Error("its answer lacks the session, the edge or the URLs");
  return {
    session,
    network: said.network?.name ?? null,
    cohort: said.cohort ?? null,
    edge: { id: edge.id, class: edge.class },
    why: said.why ?? [],
    urls,
    steering: steering?.dash && steering.hls ? { hls: steering.hls, dash: steering.dash } : null,
    otherDirectors: [],
    target: target ?? null,
    trouble: null,
  };
}

/**
 * A session on the first edge of the configuration, named by the viewer itself: a director that answers later steers any.
 * They are asked in this order. Throws when no edge is configured.
 */
export function fallback(
  config: WatchConfig,
  { order, problem }: { order: readonly string[]; problem: string },
): Place {
  const [edge] = config.edges;
  if (!edge)
    throw new Error(
      `The director does not answer (${problem}), and no edge is configured to go on without it.`,
    );
  const session = randomName();
  const [director, ...otherDirectors] = order;
  const steering = (door: "hls" | "dash"): string =>
    `${steeringAt(director ?? "", door)}?session=${session}`;
  return {
    session,
    network: null,
    cohort: null,
    edge: { id: edge.id, class: null },
    why: [`the director did not answer: ${problem}`, "first edge of the configuration"],
    urls: { ...manifestUrls(edge.url, config.channel), time: `${edge.url}/time` },
    steering: director === undefined ? null : { hls: steering("hls"), dash: steering("dash") },
    otherDirectors,
    target: null,
    trouble: `The director does not answer; watching from ${edge.label} until it does.`,
  };
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
