// The reference engine behind the page's contract: low-latency DASH on Media Source Extensions and fetch streams.
import { type DeviceProfile, deviceProfiles } from "#viewer/sync";
import { encodeCmcdQuery } from "#telemetry/cmcd";
import { edgeOf } from "../../page/route.ts";
import { FIRST_RATE_KBPS } from "../limits.ts";
import { pixelsOf } from "../pictureSize.ts";
import type { Player, PlayerOptions, PlayerState, PlayerUrls, RungLimit } from "../player.ts";
import { Renditions } from "../renditions.ts";
import { textIndex } from "../textLanguage.ts";
import { showCaptions } from "./captions.ts";
import { Deck } from "./deck.ts";
import { JoinMeasure } from "./joinMeasure.ts";
import { joinAt } from "./joinPlan.ts";
import {
  AHEAD_LIMIT_S,
  JOIN_LEAD_MS,
  LOOK_PERIOD_MS,
  MOVE_PATIENCE_MS,
  SEEK_LEAD_MS,
} from "./limits.ts";
import { type Delivery, Loader, type LoaderParts } from "./loader.ts";
import { newestAt, partAt, segmentOf, startOf } from "./partGrid.ts";
import { clockKnown, manifestText } from "./opening.ts";
import { Pathways } from "./pathways.ts";
import { overHole, startPlace } from "./playhead.ts";
import { measureProbe } from "./probe.ts";
import {
  type Location,
  readStream,
  refusals,
  type Rung,
  type Stream,
  type Track,
} from "./profile.ts";
import { RungChoice } from "./rungChoice.ts";
import { followSteering } from "./steering.ts";
import { fetchWire, type Wire, type WireFault } from "./wire.ts";

/** Plays the MPD. Errors reach `onTrouble` and `onFatal`. */
export function startOwn(
  video: HTMLVideoElement,
  urls: PlayerUrls,
  options: PlayerOptions,
): Player {
  return new OwnPlayer(video, urls, options);
}

/** A stream that plays. */
interface Playing {
  readonly stream: Stream;
  readonly video: Track;
  readonly pathways: Pathways;
  readonly choice: RungChoice;
  /** By kind. */
  readonly loaders: ReadonlyMap<string, Loader>;
}

class OwnPlayer implements Player {
  readonly profile: DeviceProfile = deviceProfiles.desktop;
  readonly #video: HTMLVideoElement;
  readonly #urls: PlayerUrls;
  readonly #options: PlayerOptions;
  readonly #deck: Deck;
  readonly #wire: Wire;
  readonly #renditions = new Renditions();
  readonly #stops: (() => void)[] = [];
  readonly #ended = new AbortController();
  #playing: Playing | null = null;
  #targetMs: number;
  /** Since when the start waits for its place, monotonic ms; null once the playhead is there. */
  #startsSince: number | null = null;
  /** When the playhead was last told to move; long ago once it has. */
  #movedAt = Number.NEGATIVE_INFINITY;
  #join: JoinMeasure | null = null;
  #edge: string | null;
  #loaded: Rung | null = null;
  #subtitles: boolean;
  #captions: (() => void) | null = null;
  #closed = false;

  constructor(video: HTMLVideoElement, urls: PlayerUrls, options: PlayerOptions) {
    this.#video = video;
    this.#urls = urls;
    this.#options = options;
    this.#targetMs = options.targetLatencyMs;
    this.#subtitles = options.subtitles;
    this.#edge = edgeOf(urls.manifest, options.edges, options.route)?.id ?? null;
    this.#wire = fetchWire(options.clock, (url) => this.#prepare(url));
    this.#deck = new Deck(video);
    const heard = {
      error: () => {
        const why = video.error?.message || "no reason was given";
        this.#fatal(`The browser cannot play what it was given: ${why}.`);
      },
      seeked: () => void (this.#movedAt = Number.NEGATIVE_INFINITY),
      loadedmetadata: () => this.#startIfThere(),
    };
    for (const [type, hear] of Object.entries(heard)) {
      video.addEventListener(type, hear);
      this.#stops.push(() => video.removeEventListener(type, hear));
    }
    this.#begin().catch((failure: unknown) => {
      const why = failure instanceof Error ? failure.message : String(failure);
      this.#fatal(`The player cannot begin: ${why}.`);
    });
  }

  state(): PlayerState {
    const rungs = this.#playing?.video.rungs ?? [];
    return {
      edge: this.#edge,
      rendition: this.#loaded?.id ?? null,
      bitrateKbps: this.#loaded?.kbps ?? null,
      width: this.#loaded?.width ?? null,
      height: this.#loaded?.height ?? null,
      topBitrateKbps: rungs.at(-1)?.kbps ?? null,
      lowestBitrateKbps: rungs[0]?.kbps ?? null,
      throughputKbps: this.#playing?.choice.throughput.kbps ?? null,
    };
  }

  captureMs(mediaTimeS: number): number | null {
    const grid = this.#playing?.stream.grid;
    return grid ? grid.startMs + mediaTimeS * 1_000 : null;
  }

  mediaTimeS(captureMs: number): number | null {
    const grid = this.#playing?.stream.grid;
    return grid ? (captureMs - grid.startMs) / 1_000 : null;
  }

  renditionAt(captureMs: number): string | null {
    return this.#renditions.at(captureMs);
  }

  seekTo(mediaTimeS: number): void {
    if (this.#closed) return;
    this.#movedAt = this.#options.clock.monotonic();
    this.#video.currentTime = mediaTimeS;
  }

  retarget(targetMs: number): void {
    this.#targetMs = targetMs;
  }

  limitRung(limit: RungLimit): void {
    const { clock } = this.#options;
    if (this.#playing?.choice.limit(limit, clock.monotonic())) this.#changeRung();
  }

  setSubtitles(on: boolean): void {
    this.#subtitles = on;
    this.#showText();
  }

  toLive(): void {
    if (!this.#playing || this.#startsSince !== null) return;
    this.#startsSince = this.#options.clock.monotonic();
    this.#startIfThere();
    // Nothing of the place is in the buffer, or not enough: it is loaded as in the beginning.
    if (this.#startsSince !== null) this.#joinHere(this.#playing);
    this.#options.onSettle();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended.abort();
    this.#captions?.();
    for (const loader of this.#playing?.loaders.values() ?? []) loader.close();
    for (const stop of this.#stops.splice(0)) stop();
    this.#deck.close();
  }

  /** The manifest, the time and the media source are awaited side by side. */
  async #begin(): Promise<void> {
    const options = this.#options;
    const { signal } = this.#ended;
    const prepare = (url: string): string => this.#prepare(url);
    const [text] = await Promise.all([
      manifestText(this.#urls.manifest, { ...options, prepare, signal }),
      clockKnown(options.clock, signal),
      this.#deck.opened,
    ]);
    if (this.#closed) return;
    const read = readStream(text, this.#urls.manifest);
    if ("refused" in read) return this.#fatal(`This stream is not played: ${read.why}.`);
    const { stream } = read;
    const video = stream.tracks.find(({ kind }) => kind === "video");
    if (!video) return this.#fatal(`This stream is not played: ${refusals.noPicture}.`);
    const now = options.clock.monotonic();
    const played = stream.tracks.filter(({ kind }) => kind !== "text");
    this.#deck.add(played, {
      playhead: () => this.#video.currentTime,
      changed: () => this.#startIfThere(),
      dropped: () => options.onTrouble("The browser's media buffer is full; a part was left out."),
      broken: (sentence) => this.#fatal(sentence),
    });
    const rungs = video.rungs.map(({ kbps, height }) => ({ kbps, height }));
    const choice = new RungChoice(rungs, { kbps: FIRST_RATE_KBPS, now });
    const pathways = new Pathways(stream.locations, this.#edge);
    const loaders = new Map(
      played.map((track) => [track.kind, new Loader(this.#loading(track, stream, pathways))]),
    );
    this.#playing = { stream, video, pathways, choice, loaders };
    this.#startsSince = now;
    this.#fitPicture();
    this.#joinHere(this.#playing);
    this.#showText();
    this.#stops.push(options.clock.every(LOOK_PERIOD_MS, () => this.#look()));
    this.#steer(pathways);
  }

  #prepare(url: string): string {
    const { route, session, channel } = this.#options;
    const routed = route(url);
    const cmcd = encodeCmcdQuery({ sid: session, cid: channel });
    return `${routed}${routed.includes("?") ? "&" : "?"}${cmcd}`;
  }

  #loading(track: Track, stream: Stream, pathways: Pathways): LoaderParts {
    const { kind } = track;
    const best = track.rungs.at(-1) as Rung;
    return {
      grid: stream.grid,
      track,
      wire: this.#wire,
      pathways,
      clock: this.#options.clock,
      rung: () => (kind === "video" ? track.rungs[this.#playing?.choice.rung ?? 0] : null) ?? best,
      playhead: () => this.#video.currentTime,
      room: (startS) =>
        startS - (this.#startsSince === null ? this.#video.currentTime : this.#dueS()) <
        AHEAD_LIMIT_S,
      header: (bytes) => this.#deck.append(kind, bytes),
      chunk: (chunk) => this.#deck.append(kind, chunk.bytes),
      delivered: (delivery) => this.#delivered(kind, delivery),
      missing: (parts) => this.#missing(kind, parts),
      failed: (location, fault) => this.#failed(location, fault),
      expired: () => this.#joinAnew(),
    };
  }

  /** The place on the media timeline that is due now, s. */
  #dueS(): number {
    const startMs = this.#playing?.stream.grid.startMs ?? 0;
    return (this.#options.clock.utc() - this.#targetMs - startMs) / 1_000;
  }

  #joinHere({ stream, loaders }: Playing): void {
    const { clock } = this.#options;
    const utcMs = clock.utc();
    const plan = joinAt(stream.grid, { utcMs, targetMs: this.#targetMs, leadMs: JOIN_LEAD_MS });
    const newest = newestAt(stream.grid, utcMs);
    this.#join = new JoinMeasure({ at: clock.monotonic(), newest });
    for (const loader of loaders.values()) loader.start(plan.part);
  }

  #joinAnew(): void {
    if (!this.#playing || this.#startsSince !== null) return;
    this.#options.onTrouble("The player fell behind what the edges keep, and joins anew.");
    this.#startsSince = this.#options.clock.monotonic();
    this.#joinHere(this.#playing);
  }

  /** Puts the playhead to its place as soon as that is in the buffer. */
  #startIfThere(): void {
    if (this.#startsSince === null || this.#closed) return;
    // Bytes may be in the buffer before the element knows what they are; a playhead that is put then goes back to 0.
    if (this.#video.readyState < HTMLMediaElement.HAVE_METADATA) return;
    const place = startPlace(this.#video.buffered, {
      dueS: this.#dueS() + SEEK_LEAD_MS / 1_000,
      waitedMs: this.#options.clock.monotonic() - this.#startsSince,
    });
    if (place === null) return;
    this.#startsSince = null;
    this.seekTo(place);
  }

  /** Several times a second: the playhead, the rungs, the failures. */
  #look(): void {
    const playing = this.#playing;
    if (!playing || this.#closed) return;
    if (playing.pathways.exhausted) return this.#fatal("No edge has the next piece of the match.");
    this.#fitPicture();
    if (this.#startsSince !== null) return this.#startIfThere();
    // While a jump is under way the element's place is not where the playhead will be.
    const moving = this.#options.clock.monotonic() - this.#movedAt < MOVE_PATIENCE_MS;
    if (this.#video.paused || moving) return;
    const dueS = this.#dueS();
    const place = overHole(this.#video.buffered, { atS: this.#video.currentTime, dueS });
    if (place !== null) {
      this.#options.onTrouble("A piece of the match is missing; the picture goes on after it.");
      return this.seekTo(place);
    }
    const { grid } = playing.stream;
    const next = playing.loaders.get("video")?.next ?? 0;
    if (next + grid.perSegment < partAt(grid, dueS)) return this.#joinAnew();
    this.#probe(playing);
  }

  #fitPicture(): void {
    this.#playing?.choice.showing(pixelsOf(this.#video));
  }

  #probe(playing: Playing): void {
    const { clock } = this.#options;
    const at = playing.choice.probe(clock.monotonic());
    const rung = at === null ? null : playing.video.rungs[at];
    if (!rung) return;
    const { stream, video, pathways } = playing;
    const location = pathways.current(clock.monotonic());
    const from = { grid: stream.grid, track: video, rung, location, wire: this.#wire, clock };
    void measureProbe(from, this.#ended.signal).then((delivery) => {
      playing.choice.probed(delivery, clock.monotonic());
    });
  }

  #delivered(kind: string, delivery: Delivery): void {
    const playing = this.#playing;
    if (!playing || kind === "text") return;
    const { part, rung, location, bytes, cameAt, growing } = delivery;
    const joined = this.#join?.part({ kind, part, bytes, cameAt });
    if (joined) playing.choice.joined(joined, cameAt);
    if (kind !== "video") return;
    const { grid } = playing.stream;
    this.#edge = location.name || this.#edge;
    this.#loaded = rung;
    this.#renditions.loaded(grid.startMs + startOf(grid, part) * 1_000, rung.id);
    if (!growing || this.#startsSince !== null) return;
    const seen = {
      bytes,
      endMs: grid.startMs + startOf(grid, part + 1) * 1_000,
      cameMs: this.#options.clock.utcAt(cameAt),
      aheadMs: (startOf(grid, part + 1) - this.#video.currentTime) * 1_000,
    };
    if (playing.choice.part(seen, cameAt)) this.#changeRung();
  }

  #changeRung(): void {
    this.#playing?.loaders.get("video")?.changeRung();
  }

  #missing(kind: string, parts: number): void {
    const what = kind === "audio" ? "sound" : "picture";
    this.#options.onTrouble(`${parts} parts of the ${what} did not come.`);
  }

  #failed(location: Location, fault: WireFault): void {
    const { clock, onTrouble } = this.#options;
    this.#playing?.choice.disturbed(clock.monotonic());
    const name = location.name || "unknown";
    const how = {
      refused: "does not answer",
      silent: "fell silent",
      status: `answers ${fault.status}`,
      broken: "delivers broken media",
    };
    onTrouble(`Edge ${name} ${how[fault.problem]}; taking the next one.`);
  }

  #steer(pathways: Pathways): void {
    const { steering: urls } = this.#urls;
    const { route, clock, onTarget } = this.#options;
    const stop = followSteering({
      ...{ urls, route, clock },
      pathway: () => this.#edge,
      onAnswer: ({ order, clones, target }) => {
        pathways.clone(clones);
        pathways.prefer(order);
        if (target !== undefined) onTarget(target);
      },
    });
    this.#stops.push(stop);
  }

  #showText(): void {
    const playing = this.#playing;
    if (!this.#subtitles) {
      this.#captions?.();
      this.#captions = null;
      return;
    }
    const texts = playing?.stream.tracks.filter(({ kind }) => kind === "text") ?? [];
    const languages = texts.map(({ language }) => language);
    const track = texts[textIndex(languages, navigator.languages)];
    if (!playing || !track || this.#captions || this.#closed) return;
    const { grid } = playing.stream;
    const from = segmentOf(grid, partAt(grid, this.#dueS())) * grid.perSegment;
    const loading = this.#loading(track, playing.stream, playing.pathways);
    this.#captions = showCaptions(this.#video, loading, from);
  }

  #fatal(sentence: string): void {
    if (this.#closed) return;
    // The page keeps the last picture before the media goes.
    this.#options.onFatal(sentence);
    this.close();
  }
}
