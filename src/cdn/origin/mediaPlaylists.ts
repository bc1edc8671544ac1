// Media playlists: planned from the part store, rendered once a part, shared by everybody who waits for it.
import type { Clock } from "#base/clock";
import type { HttpReply } from "#http";
import { type Grid, partIndex, partStart, segmentStart } from "#media/grid";
import {
  type CompleteSegment,
  deltaOf,
  type MediaPlaylist,
  type PlaylistPart,
  writeMediaPlaylist,
} from "#media/hls";
import type { Part, PartReader, Track } from "#packager";
import { headOf, type Lifetime, mediaTypes, refuse } from "./answers.ts";
import { type AwaitedPart, readDirectives } from "./directives.ts";
import { absent, originErrors } from "./errors.ts";
import type { Holds } from "./holds.ts";
import { ADVANCE_PARTS_MS, PLAYLIST_MS, SEGMENTS_WITH_PARTS } from "./limits.ts";

const encoder = new TextEncoder();

/** EXT-X-TARGETDURATION of a grid, whole seconds: constant, since the grid is. */
export const targetDurationS = (grid: Grid): number =>
  Math.max(1, Math.round(grid.segmentMs / 1_000));

/** The playlist of a rendition as it stands; null before its first part. */
function planMediaPlaylist(store: PartReader, rendition: string): MediaPlaylist | null {
  const { grid } = store;
  const newest = store.newest(rendition);
  const oldest = store.oldestSegment(rendition);
  const track = store.tracks().find((one) => one.rendition === rendition);
  if (!newest || oldest === null || !track) return null;
  const complete = store.isComplete(rendition, newest.segment);
  const names = namesOf(track);
  const lastComplete = complete ? newest.segment : newest.segment - 1;
  const listed = Math.ceil(PLAYLIST_MS / grid.segmentMs);
  const first = Math.max(oldest, lastComplete - listed + 1);
  const segments: CompleteSegment[] = [];
  for (let segment = first; segment <= lastComplete; segment += 1) {
    const withParts = segment > lastComplete - SEGMENTS_WITH_PARTS;
    segments.push(completeSegment(store, { rendition, names, segment, withParts }));
  }
  const growing = store.parts(rendition, lastComplete + 1);
  const targetS = targetDurationS(grid);
  return {
    targetDurationS: targetS,
    partTargetMs: grid.partMs,
    control: {
      canBlockReload: true,
      partHoldBackMs: 3 * grid.partMs,
      holdBackMs: 3_000 * targetS,
      // Not for text: a viewer may end subtitles at any time, and a delta update that hls.js 1.7 has asked for then comes
      // to nobody who would complete it (it fails on the segments that are left out).
      canSkipUntilMs: track.kind === "text" ? null : 6_000 * targetS,
    },
    mediaSequence: first,
    skippedSegments: 0,
    map: track.kind === "text" ? null : `${rendition}/init-${track.init.hash}.mp4`,
    segments,
    growing:
      growing.length === 0
        ? null
        : {
            startsAt: segmentStart(grid, lastComplete + 1),
            parts: growing.map((part) => playlistPart(grid, names, part)),
          },
    preloadHint: names(`${lastComplete + 1}.${growing.length}`),
    renditionReports: reports(store, rendition),
  };
}

/** The address of `{segment}` or `{segment}.{part}`, relative to the playlist. */
type Names = (object: string) => string;

/** Text is listed as WebVTT, which any player of HLS reads (rfc8216bis 3.1.4); it needs no header. */
function namesOf({ rendition, kind }: Track): Names {
  const ending = kind === "text" ? "vtt" : "m4s";
  return (object) => `${rendition}/${object}.${ending}`;
}

function completeSegment(
  store: PartReader,
  what: { rendition: string; names: Names; segment: number; withParts: boolean },
): CompleteSegment {
  const { rendition, names, segment } = what;
  const parts = store.parts(rendition, segment);
  return {
    uri: names(String(segment)),
    durationMs: store.grid.segmentMs,
    startsAt: partStart(store.grid, { segment, part: 0 }),
    // A segment with some of its parts missing can be played around the hole: only its parts say so.
    gap: parts.every((part) => part.gap),
    parts: what.withParts ? parts.map((part) => playlistPart(store.grid, names, part)) : [],
  };
}

function playlistPart(grid: Grid, names: Names, part: Part): PlaylistPart {
  const { independent, gap } = part;
  const uri = names(`${part.segment}.${part.part}`);
  return { uri, durationMs: grid.partMs, independent, gap };
}

function reports(store: PartReader, rendition: string): MediaPlaylist["renditionReports"] {
  return store.tracks().flatMap((track) => {
    const newest = track.rendition === rendition ? null : store.newest(track.rendition);
    if (!newest) return [];
    const uri = `${track.rendition}.m3u8`;
    return [{ uri, lastSegment: newest.segment, lastPart: newest.part }];
  });
}

interface Rendered {
  /** Index of the part that it ends with. */
  index: number;
  /** Rendered when first asked for. */
  whole: Uint8Array | null;
  delta: Uint8Array | null;
}

/** Answers playlist requests, held ones too (rfc8216bis 6.2.5.2). */
export class MediaPlaylists {
  /** How often a playlist was rendered, and how many requests were answered with one. */
  readonly counters = { rendered: 0, answered: 0 };
  readonly #store: PartReader;
  readonly #holds: Holds;
  readonly #clock: Clock;
  readonly #rendered = new Map<string, Rendered>();

  constructor(from: { store: PartReader; holds: Holds; clock: Clock }) {
    this.#store = from.store;
    this.#holds = from.holds;
    this.#clock = from.clock;
  }

  /** @throws origin/bad-directive */
  async answer(rendition: string, query: string, reply: HttpReply): Promise<void> {
    const askedAt = this.#clock.monotonic();
    const { until, skip } = readDirectives(query, this.#store.grid);
    if (!this.#store.newest(rendition)) return refuse(reply, absent(this.#store, rendition));
    if (until && !this.#has(rendition, until)) {
      if (this.#tooFar(rendition, until)) return this.#refuseTooFar(rendition, until, reply);
      const { segment, part } = until;
      const object = `Part ${segment}.${part} of ${rendition}`;
      const refusal = await this.#holds.wait({ rendition, segment, part, object }, reply);
      if (refusal) return refuse(reply, refusal);
    }
    const body = this.#render(rendition, skip);
    const lifetime: Lifetime = until ? "heldPlaylist" : "manifest";
    this.counters.answered += 1;
    // CTA-5006 `ht`: a player that takes a held answer's time for the network's would think it slow.
    const held = this.#clock.monotonic() - askedAt;
    const cmsd = { ot: "m", st: "l", sf: "h", ...(until ? { ht: held } : {}) } as const;
    reply.send(200, headOf({ type: mediaTypes.playlist, lifetime, cmsd }), body);
  }

  #has(rendition: string, until: AwaitedPart): boolean {
    const newest = this.#store.newest(rendition);
    const { grid } = this.#store;
    return newest !== null && partIndex(grid, newest) >= partIndex(grid, until);
  }

  /** "greater than the Media Sequence Number of the last Media Segment … plus two", or beyond the Advance Part Limit. */
  #tooFar(rendition: string, until: AwaitedPart): boolean {
    const { grid } = this.#store;
    const newest = this.#store.newest(rendition) ?? { segment: 0, part: 0 };
    if (until.segment > this.#lastComplete(rendition) + 2) return true;
    const ahead = (partIndex(grid, until) - partIndex(grid, newest)) * grid.partMs;
    return !until.whole && ahead > ADVANCE_PARTS_MS;
  }

  #lastComplete(rendition: string): number {
    const newest = this.#store.newest(rendition)?.segment ?? 0;
    return this.#store.isComplete(rendition, newest) ? newest : newest - 1;
  }

  #refuseTooFar(rendition: string, until: AwaitedPart, reply: HttpReply): void {
    const facts = { rendition, segment: until.segment, newest: this.#lastComplete(rendition) };
    refuse(reply, originErrors.make("too-far-ahead", facts));
  }

  /** The playlist's bytes as it stands, rendered at most once a part, as a whole and as a delta update. */
  #render(rendition: string, skip: boolean): Uint8Array {
    const newest = this.#store.newest(rendition) ?? { segment: 0, part: 0 };
    const index = partIndex(this.#store.grid, newest);
    let rendered = this.#rendered.get(rendition);
    if (rendered?.index !== index) {
      rendered = { index, whole: null, delta: null };
      this.#rendered.set(rendition, rendered); // no more of them than renditions in the store
    }
    if (skip) return (rendered.delta ??= this.#write(rendition, deltaOf));
    return (rendered.whole ??= this.#write(rendition, (playlist) => playlist));
  }

  #write(rendition: string, shape: (playlist: MediaPlaylist) => MediaPlaylist): Uint8Array {
    const playlist = planMediaPlaylist(this.#store, rendition);
    this.counters.rendered += 1;
    return playlist ? encoder.encode(writeMediaPlaylist(shape(playlist))) : new Uint8Array(0);
  }
}
