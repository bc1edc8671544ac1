// Stamps of a part come from many processes, in any order; they meet here, each duration being told once.
import { utcMs, type UtcMs } from "#base";
import { type Grid, partStart } from "#media/grid";
import { type Hop, type HopName, parseMediaPath } from "#protocol";
import {
  JOIN_AGE_LIMIT_MS,
  JOIN_LEAD_LIMIT_MS,
  JOIN_PARTS_LIMIT,
  JOIN_STAMPS_LIMIT,
} from "./limits.ts";
import {
  chainDurations,
  type Duration,
  type PartStamps,
  type Stamp,
  viewerDurations,
  type ViewerStamps,
  type Watcher,
} from "./way.ts";

/** Why a stamp was not joined. */
export const dropReasons = {
  otherChannel: "it is of another channel",
  notMedia: "its path is not one of a segment or a part",
  noSuchPart: "the segment has no such part",
  tooOld: "its part was captured too long ago to be joined",
  tooEarly: "it is before its part was captured, or its clock is wrong",
  overload: "more stamps came than are held",
} as const;
export type DropReason = keyof typeof dropReasons;

/** What becomes of a stamp: joined, left because its rendition has no pictures, or dropped. */
export type JoinOutcome = "joined" | "noPicture" | DropReason;

export interface JoinOptions {
  channel: string;
  grid: Grid;
  /** What is known of a viewer now. */
  watcher: (session: string) => Watcher;
  /** Told once for each part, hop and node. */
  tell: (duration: Duration) => void;
}

interface Entry {
  capture: UtcMs;
  encode: { node: string; stamp: Stamp } | null;
  fill: { node: string; stamp: Stamp } | null;
  answerable: { node: string; stamp: Stamp } | null;
  edges: Map<string, Stamp>;
  viewers: Map<string, ViewerStamps>;
  stamps: number;
  told: Set<string>;
}

interface Place {
  rendition: string;
  segment: number;
  part: number;
}

/** Sound and text have no first frame on a screen (the names of renditions: `a128`, `a128-en`, `t-it`). */
const withoutPicture = /^(?:a\d|t-)/;

/** Joins stamps to durations, for the parts of the last {@link JOIN_AGE_LIMIT_MS}. */
export class PartJoin {
  readonly #options: JoinOptions;
  readonly #parts = new Map<string, Entry>();
  #stamps = 0;

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  /** Parts and stamps held now. */
  get size(): { parts: number; stamps: number } {
    return { parts: this.#parts.size, stamps: this.#stamps };
  }

  /** Takes one stamp, at `now`. */
  take(hop: Hop, now: UtcMs): JoinOutcome {
    const place = this.#placeOf(hop);
    if (typeof place === "string") return place;
    if (withoutPicture.test(place.rendition)) return "noPicture";
    const { grid } = this.#options;
    if (place.part >= grid.partsPerSegment) return "noSuchPart";
    const capture = partStart(grid, place);
    if (now - capture > JOIN_AGE_LIMIT_MS) return "tooOld";
    if (capture - now > JOIN_LEAD_LIMIT_MS || hop.firstByteMs < capture - JOIN_LEAD_LIMIT_MS)
      return "tooEarly";
    if (!this.#room()) return "overload";
    this.#join(this.#entry(`${place.rendition}/${place.segment}.${place.part}`, capture), hop);
    return "joined";
  }

  /** Forgets the parts that are too old at `now`. */
  expire(now: UtcMs): void {
    for (const [key, entry] of this.#parts)
      if (now - entry.capture > JOIN_AGE_LIMIT_MS) this.#forget(key, entry);
  }

  #placeOf(hop: Hop): Place | DropReason {
    const { channel } = this.#options;
    if (!("object" in hop)) return hop.channel === channel ? hop : "otherChannel";
    const named = parseMediaPath(hop.object);
    if (!named) return "notMedia";
    if (named.channel !== channel) return "otherChannel";
    // In a segment that grows, a transfer chunk is a part.
    return { rendition: named.rendition, segment: named.segment, part: named.part ?? hop.chunk };
  }

  /** Makes room for one stamp by forgetting the oldest parts; false when even that does not help. */
  #room(): boolean {
    for (const [key, entry] of this.#parts) {
      if (this.#stamps < JOIN_STAMPS_LIMIT && this.#parts.size < JOIN_PARTS_LIMIT) return true;
      if (this.#parts.size === 1) return this.#stamps < JOIN_STAMPS_LIMIT;
      this.#forget(key, entry);
    }
    return true;
  }

  #forget(key: string, entry: Entry): void {
    this.#stamps -= entry.stamps;
    this.#parts.delete(key);
  }

  #entry(key: string, capture: UtcMs): Entry {
    let entry = this.#parts.get(key);
    if (!entry) {
      entry = {
        capture: utcMs(capture),
        encode: null,
        fill: null,
        answerable: null,
        edges: new Map(),
        viewers: new Map(),
        stamps: 0,
        told: new Set(),
      };
      this.#parts.set(key, entry);
    }
    return entry;
  }

  #join(entry: Entry, hop: Hop): void {
    const stamp = { first: Math.min(hop.firstByteMs, hop.lastByteMs), last: hop.lastByteMs };
    if (place(entry, hop.hop, hop.node, stamp)) {
      entry.stamps += 1;
      this.#stamps += 1;
    }
    this.#tell(entry, "", chainDurations(entry));
    const own = entry.viewers.has(hop.node) && isViewerHop(hop.hop);
    for (const [session, viewer] of entry.viewers)
      if (!own || session === hop.node)
        this.#tell(entry, session, viewerDurations(entry, viewer, this.#options.watcher(session)));
  }

  #tell(entry: Entry, session: string, durations: readonly Duration[]): void {
    for (const duration of durations) {
      // A viewer's node may change between two stamps (its edge, its protocol): it is one duration all the same.
      const key = `${duration.hop} ${session || duration.node}`;
      if (entry.told.has(key)) continue;
      entry.told.add(key);
      this.#options.tell(duration);
    }
  }
}

const isViewerHop = (hop: HopName): hop is "player" | "due" | "screen" =>
  hop === "player" || hop === "due" || hop === "screen";

/**
 * Keeps a stamp; whether it is a further one. Of two for the same hop and node the one complete first stays: a part can
 * be fetched twice, alone and in its segment, and the first copy is the one that was waited for.
 */
function place(entry: Entry & PartStamps, hop: HopName, node: string, stamp: Stamp): boolean {
  if (hop === "edge") {
    const before = entry.edges.get(node);
    if (!before || stamp.last < before.last) entry.edges.set(node, stamp);
    return !before;
  }
  if (isViewerHop(hop)) {
    let viewer = entry.viewers.get(node);
    if (!viewer) {
      viewer = { player: null, due: null, screen: null };
      entry.viewers.set(node, viewer);
    }
    const before = viewer[hop];
    if (!before || stamp.last < before.last) viewer[hop] = stamp;
    return !before;
  }
  const before = entry[hop];
  if (!before || stamp.last < before.stamp.last) entry[hop] = { node, stamp };
  return !before;
}
