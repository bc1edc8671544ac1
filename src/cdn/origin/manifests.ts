// The multivariant playlist and the MPD: published once the ladder is whole, the same bytes for everybody, and published
// again only when something that they say has changed.
import { writeMpd } from "#media/dash";
import { writeMultivariantPlaylist } from "#media/hls";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpReply } from "#http";
import type { PartReader, Track } from "#packager";
import { headOf, mediaTypes, refuse } from "./answers.ts";
import { originErrors } from "./errors.ts";
import { type ManifestOptions, multivariantOf, presentationOf } from "./ladder.ts";
import { RATE_BAND, SETTLE_MS } from "./limits.ts";

interface Published {
  tracks: readonly Track[];
  multivariant: Uint8Array;
  mpd: Uint8Array;
}

const encoder = new TextEncoder();

/** Answers for the manifests of one channel. */
export class Manifests {
  readonly #store: PartReader;
  readonly #options: ManifestOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  #looked: readonly Track[] | null = null;
  #seen: readonly Track[] = [];
  #shape = "";
  #shapeSince = 0;
  #published: Published | null = null;

  constructor(store: PartReader, options: ManifestOptions, context: { clock: Clock; log: Log }) {
    this.#store = store;
    this.#options = options;
    this.#clock = context.clock;
    this.#log = context.log;
  }

  /** Looks at the tracks; called after each part, so that the time at which the ladder last changed is known. */
  watch(): void {
    const known = this.#store.tracks();
    if (known === this.#looked) return;
    this.#looked = known;
    // Text is listed once it has something: nobody waits for it.
    const tracks = known.filter(
      ({ kind, rendition }) => kind !== "text" || this.#store.newest(rendition) !== null,
    );
    this.#seen = tracks;
    const shape = shapeOf(tracks);
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#shapeSince = this.#clock.monotonic();
  }

  /** Whether players can be sent here. */
  get ready(): boolean {
    return this.#current() !== null;
  }

  multivariant(reply: HttpReply): void {
    this.#send(reply, mediaTypes.playlist, "multivariant");
  }

  mpd(reply: HttpReply): void {
    this.#send(reply, mediaTypes.mpd, "mpd");
  }

  #send(reply: HttpReply, type: string, which: "multivariant" | "mpd"): void {
    const published = this.#current();
    if (!published)
      return refuse(reply, originErrors.make("not-started", { channel: this.#store.channel }));
    const cmsd = { ot: "m", st: "l", sf: which === "mpd" ? "d" : "h" } as const;
    reply.send(200, headOf({ type, lifetime: "manifest", cmsd }), published[which]);
  }

  #current(): Published | null {
    this.watch();
    const declared = this.#published?.tracks;
    const outdated = !declared || !stillTrue(declared, this.#seen);
    if (outdated && this.#settled()) this.#publish(this.#seen);
    return this.#published;
  }

  /** Every known rendition has a part, and none has been added for a while. */
  #settled(): boolean {
    if (this.#seen.length === 0) return false;
    if (this.#clock.monotonic() - this.#shapeSince < SETTLE_MS) return false;
    return this.#seen.every((track) => this.#store.newest(track.rendition) !== null);
  }

  #publish(tracks: readonly Track[]): void {
    const publishTime = this.#clock.utc();
    const { grid } = this.#store;
    const presentation = presentationOf(tracks, { ...this.#options, grid, publishTime });
    this.#published = {
      tracks,
      multivariant: encoder.encode(
        writeMultivariantPlaylist(multivariantOf(tracks, this.#options)),
      ),
      mpd: encoder.encode(writeMpd(presentation)),
    };
    const renditions = tracks.map((track) => track.rendition);
    this.#log.info({ renditions }, "manifests published");
  }
}

/** What of the tracks never changes by measuring. */
function shapeOf(tracks: readonly Track[]): string {
  return tracks
    .map((track) => [track.rendition, track.codec, track.init.hash, track.language].join(" "))
    .sort()
    .join("\n");
}

/** Whether what was declared still describes the tracks: the same ladder, at rates near enough. */
function stillTrue(declared: readonly Track[], tracks: readonly Track[]): boolean {
  if (declared === tracks) return true;
  if (shapeOf(declared) !== shapeOf(tracks)) return false;
  return tracks.every((track) => {
    const was = declared.find((one) => one.rendition === track.rendition);
    if (!was || was.frameRate !== track.frameRate) return false;
    // A few bytes a second: what they are matters to nobody.
    if (track.kind === "text") return true;
    const change = track.bandwidth / was.bandwidth;
    return change >= RATE_BAND.low && change <= RATE_BAND.high;
  });
}
