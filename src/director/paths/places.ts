// Places and how far they are apart.

const EARTH_RADIUS_KM = 6_371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A place of the model. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** Degrees; a place without them is nowhere, and no distance counts. */
  readonly lat?: number | undefined;
  readonly lon?: number | undefined;
}

/** Great-circle distance by the haversine formula, km; null when one of the two is not known. */
export function kilometresBetween(a: Place | undefined, b: Place | undefined): number | null {
  if (a?.lat === undefined || a.lon === undefined) return null;
  if (b?.lat === undefined || b.lon === undefined) return null;
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2;
  const square =
    half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lon, b.lon);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, square)));
}

/** Distances among the places of a model, each worked out once. */
export class Atlas {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #known = new Map<string, number | null>();

  constructor(places: readonly Place[]) {
    this.#places = new Map(places.map((place) => [place.id, place]));
  }

  /** The name of a place; its id when it has none. */
  nameOf(id: string): string {
    return this.#places.get(id)?.name ?? id;
  }

  /** Between two places by their ids, km; null when that is not known. The same place is no way, wherever it is. */
  between(a: string | null, b: string | null): number | null {
    if (a === null || b === null) return null;
    if (a === b) return 0;
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const km = kilometresBetween(this.#places.get(a), this.#places.get(b));
    // Places are those of the model, and edges' and homes' places are among them: the pairs are few.
    if (this.#known.size < PAIRS_LIMIT) this.#known.set(key, km);
    return km;
  }
}

/** Pairs of places remembered: a thousand places of viewers with a thousand of edges. */
const PAIRS_LIMIT = 1_000_000;
