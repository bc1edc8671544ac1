// hls.js on low-latency HLS. Steering is hls.js's own; after a failure it would first try another rendition of the same
// edge, so the other pathway is asked for here.
import HlsJs, { type ErrorData, type Fragment, type HlsConfig, PlaylistLevelType } from "hls.js";
import { deviceProfiles } from "#viewer/sync";
import { ForgivingSteering, patientSteering } from "./hlsSteering.ts";
import { edgeOf } from "../page/route.ts";
import {
  DOCUMENT_DEADLINE_MS,
  EDGE_PENALTY_S,
  FAILURES_LIMIT,
  FIRST_RATE_KBPS,
  FIT_PERIOD_MS,
  KEEP_BEHIND_S,
  LOST_BEYOND_S,
  OBJECT_DEADLINE_MS,
  PART_FIRST_BYTE_MS,
  PLAYLIST_DEADLINE_MS,
} from "./limits.ts";
import { markPassedParts } from "./passedParts.ts";
import type { Player, PlayerOptions, PlayerState, PlayerUrls, RungLimit } from "./player.ts";
import { enoughFor, pixelsOf } from "./pictureSize.ts";
import { Renditions } from "./renditions.ts";
import { tellTarget } from "./steeringTarget.ts";
import { SteeringTurn } from "./steeringTurn.ts";
import { textIndex } from "./textLanguage.ts";

/** hls.js counts its distance from the end of the last part it knows, not from the camera: what lies between, ms. */
const BEFORE_THE_EDGE_MS = 100;
/** The nearest that a player may come to the edge: three parts (rfc8216bis 4.4.3.8, PART-HOLD-BACK), ms. */
const HOLD_BACK_MS = 960;

const deadline = (
  maxTimeToFirstByteMs: number,
  maxLoadTimeMs: number,
): HlsConfig["fragLoadPolicy"] => ({
  default: { maxTimeToFirstByteMs, maxLoadTimeMs, timeoutRetry: null, errorRetry: null },
});

/** How far from the end of its playlist hls.js is to stay when the target is so far behind the camera, s. */
const distanceFor = (targetMs: number): number =>
  Math.max(targetMs - BEFORE_THE_EDGE_MS, HOLD_BACK_MS) / 1_000;

/** Settings for one session. */
export function hlsSettings(options: PlayerOptions, turn: SteeringTurn): Partial<HlsConfig> {
  const distance = distanceFor(options.targetLatencyMs);
  return {
    lowLatencyMode: true,
    autoStartLoad: false,
    liveSyncDuration: distance,
    liveMaxLatencyDuration: distance + LOST_BEYOND_S,
    // The page leads the playhead, both ways; hls.js would only speed up, and set the rate back.
    maxLiveSyncPlaybackRate: 1,
    // A stall must not add to the distance for the rest of the match (hls.js #6350).
    liveSyncOnStallIncrease: 0,
    backBufferLength: KEEP_BEHIND_S,
    abrEwmaDefaultEstimate: FIRST_RATE_KBPS * 1_000,
    testBandwidth: false,
    errorPenaltyExpireMs: EDGE_PENALTY_S * 1_000,
    manifestLoadPolicy: deadline(DOCUMENT_DEADLINE_MS, OBJECT_DEADLINE_MS),
    playlistLoadPolicy: deadline(PLAYLIST_DEADLINE_MS, OBJECT_DEADLINE_MS),
    fragLoadPolicy: deadline(PART_FIRST_BYTE_MS, OBJECT_DEADLINE_MS),
    contentSteeringController: ForgivingSteering,
    steeringManifestLoadPolicy: patientSteering,
    cmcd: {
      sessionId: options.session,
      contentId: options.channel,
      useHeaders: false,
      includeKeys: ["sid", "cid"],
    },
    xhrSetup: (request, url) => request.open("GET", options.route(turn.question(url)), true),
  };
}

/** Plays the multivariant playlist. Errors reach `onTrouble` and `onFatal`. */
export function startHls(
  video: HTMLVideoElement,
  urls: PlayerUrls,
  options: PlayerOptions,
): Player {
  return new HlsPlayer(video, urls, options);
}

/** The rendition's name: its playlist is `/{channel}/{rendition}.m3u8`. */
const nameOf = (url: string | undefined): string | null =>
  url ? (/([^/?#]+)\.m3u8(?:[?#]|$)/.exec(url)?.[1] ?? null) : null;

class HlsPlayer implements Player {
  readonly profile = deviceProfiles.desktop;
  readonly #hls: HlsJs;
  readonly #options: PlayerOptions;
  readonly #turn: SteeringTurn;
  readonly #renditions = new Renditions();
  readonly #failedAt = new Map<string, number>();
  #captureOffsetMs: number | null = null;
  #edge: string | null;
  #subtitles: boolean;
  /** The best level while a lower one is asked for. */
  #most: number | null = null;
  /** Fatal failures since the last fragment came. */
  #futile = 0;
  readonly #stopFitting: () => void;

  constructor(video: HTMLVideoElement, urls: PlayerUrls, options: PlayerOptions) {
    this.#options = options;
    this.#edge = edgeOf(urls.manifest, options.edges, options.route)?.id ?? null;
    this.#subtitles = options.subtitles;
    this.#turn = new SteeringTurn(urls.steering);
    this.#hls = new HlsJs(hlsSettings(options, this.#turn));
    this.#listen();
    this.#hls.loadSource(urls.manifest);
    this.#hls.attachMedia(video);
    this.#stopFitting = options.clock.every(FIT_PERIOD_MS, () => this.#capLevel());
  }

  state(): PlayerState {
    const level = this.#hls.levels[this.#hls.loadLevel];
    const rates = this.#hls.levels.map((each) => each.bitrate / 1_000);
    return {
      edge: this.#edge,
      rendition: nameOf(level?.url[0]),
      bitrateKbps: level ? level.bitrate / 1_000 : null,
      width: level?.width ?? null,
      height: level?.height ?? null,
      topBitrateKbps: rates.length > 0 ? Math.max(...rates) : null,
      lowestBitrateKbps: rates.length > 0 ? Math.min(...rates) : null,
      throughputKbps: this.#hls.bandwidthEstimate / 1_000,
    };
  }

  captureMs(mediaTime: number): number | null {
    return this.#captureOffsetMs === null ? null : this.#captureOffsetMs + mediaTime * 1_000;
  }

  mediaTimeS(captureMs: number): number | null {
    return this.#captureOffsetMs === null ? null : (captureMs - this.#captureOffsetMs) / 1_000;
  }

  renditionAt(captureMs: number): string | null {
    return this.#renditions.at(captureMs);
  }

  seekTo(mediaTimeS: number): void {
    if (this.#hls.media) this.#hls.media.currentTime = mediaTimeS;
  }

  retarget(targetMs: number): void {
    const distance = distanceFor(targetMs);
    this.#hls.config.liveMaxLatencyDuration = distance + LOST_BEYOND_S;
    this.#hls.targetLatency = distance;
  }

  limitRung(limit: RungLimit): void {
    this.#most = limit === "any" ? null : Math.max(0, this.#hls.loadLevel - 1);
    this.#capLevel();
  }

  setSubtitles(on: boolean): void {
    this.#subtitles = on;
    this.#showText();
  }

  toLive(): void {
    const { liveSyncPosition, media } = this.#hls;
    if (media && liveSyncPosition !== null) media.currentTime = liveSyncPosition;
  }

  close(): void {
    this.#stopFitting();
    this.#hls.destroy();
  }

  /** hls.js's own cap by size would put itself in the place of the page's: both are one here. */
  #capLevel(): void {
    const { levels, media } = this.#hls;
    if (levels.length === 0 || !(media instanceof HTMLVideoElement)) return;
    const fitting = enoughFor(levels, pixelsOf(media));
    const cap = Math.min(fitting, this.#most ?? fitting);
    if (cap !== this.#hls.autoLevelCapping) this.#hls.autoLevelCapping = cap;
  }

  #listen(): void {
    const hls = this.#hls;
    hls.on(HlsJs.Events.MANIFEST_PARSED, () => {
      // The playlist is one object for all: the director's choice for this viewer goes before its default.
      if (this.#edge !== null && hls.pathways.includes(this.#edge))
        hls.pathwayPriority = this.#order(hls.pathways);
      this.#capLevel();
      hls.startLoad();
    });
    hls.on(HlsJs.Events.SUBTITLE_TRACKS_UPDATED, () => this.#showText());
    hls.on(HlsJs.Events.LEVEL_UPDATED, (_event, { details }) => {
      markPassedParts(details.partList);
    });
    hls.on(HlsJs.Events.AUDIO_TRACK_UPDATED, (_event, { details }) => {
      markPassedParts(details.partList);
    });
    hls.on(HlsJs.Events.FRAG_LOADED, (_event, { frag }) => {
      this.#futile = 0;
      this.#placed(frag);
    });
    hls.on(HlsJs.Events.FRAG_BUFFERED, (_event, { frag }) => this.#placed(frag));
    hls.on(HlsJs.Events.LEVEL_LOADED, (_event, { networkDetails, details }) => {
      const url =
        networkDetails instanceof XMLHttpRequest ? networkDetails.responseURL : details.url;
      this.#edge = edgeOf(url, this.#options.edges, this.#options.route)?.id ?? this.#edge;
    });
    // hls.js takes the same list after this event: an edge that has just failed here goes to its end, although the
    // director may not have noticed yet.
    hls.on(HlsJs.Events.STEERING_MANIFEST_LOADED, (_event, { steeringManifest }) => {
      this.#turn.answered();
      tellTarget(steeringManifest, this.#options.onTarget);
      const list = steeringManifest["PATHWAY-PRIORITY"];
      list.splice(0, list.length, ...this.#order(list, false));
    });
    hls.on(HlsJs.Events.ERROR, (_event, data) => this.#failed(data));
  }

  /** Nothing of a text is asked for while it is not shown: a browser opens six connections to an edge. */
  #showText(): void {
    const hls = this.#hls;
    const languages = hls.subtitleTracks.map(({ lang }) => lang);
    hls.subtitleDisplay = this.#subtitles;
    hls.subtitleTrack = this.#subtitles ? textIndex(languages, navigator.languages) : -1;
  }

  /** Ties the media timeline to capture time: EXT-X-PROGRAM-DATE-TIME is the capture of a segment's first frame. */
  #placed(frag: Fragment): void {
    if (frag.type !== PlaylistLevelType.MAIN || frag.programDateTime === null) return;
    const name = nameOf(this.#hls.levels[frag.level]?.url[0]);
    if (name !== null) this.#renditions.loaded(frag.programDateTime, name);
    this.#captureOffsetMs = frag.programDateTime - frag.start * 1_000;
  }

  /** Pathways in order, the present edge first if wanted, those that failed lately last. */
  #order(pathways: readonly string[], presentFirst = true): string[] {
    const now = this.#options.clock.monotonic();
    const weight = (pathway: string): number => {
      const failedAt = this.#failedAt.get(pathway);
      if (failedAt !== undefined && now - failedAt < EDGE_PENALTY_S * 1_000) return 2;
      return presentFirst && pathway === this.#edge ? 0 : 1;
    };
    return [...pathways].sort((one, other) => weight(one) - weight(other));
  }

  #failed(data: ErrorData): void {
    // hls.js left a request by itself, when tracks changed: no edge has failed.
    if (data.details === HlsJs.ErrorDetails.INTERNAL_ABORTED) return;
    const network = data.type === HlsJs.ErrorTypes.NETWORK_ERROR;
    const status = data.response?.code ?? 0;
    if (network && (status === 0 || status >= 500) && this.#leaveEdge(data)) return;
    if (!data.fatal) return;
    if (network && this.#tryAgain()) return;
    if (data.type === HlsJs.ErrorTypes.MEDIA_ERROR) {
      this.#hls.recoverMediaError();
      this.#options.onTrouble("The picture was broken for a moment; decoding begins anew.");
      return;
    }
    this.#options.onFatal(`The HLS player cannot go on: ${data.error.message}.`);
  }

  /** Where no edge is well the source is the likelier cause: the same is asked again, a few times. Whether it was. */
  #tryAgain(): boolean {
    this.#futile += 1;
    if (this.#futile >= FAILURES_LIMIT || this.#hls.levels.length === 0) return false;
    this.#hls.startLoad();
    return true;
  }

  /** Takes the next pathway when the present edge failed; whether it could. */
  #leaveEdge(data: ErrorData): boolean {
    const { edges, route, clock, onTrouble } = this.#options;
    const { pathways } = this.#hls;
    const url = data.url ?? data.frag?.url ?? data.context?.url ?? "";
    const failed = edgeOf(url, edges, route)?.id ?? this.#edge;
    if (failed === null || pathways.length < 2) return false;
    this.#failedAt.set(failed, clock.monotonic());
    const [next] = this.#order(pathways, false);
    // A request to an edge that was left already may fail long after.
    if (failed !== this.#edge && !data.fatal) return true;
    if (next === undefined || next === failed) return false;
    this.#edge = next;
    this.#hls.pathwayPriority = this.#order(pathways);
    // After an error that hls.js takes for the end it has stopped loading.
    if (data.fatal) this.#hls.startLoad();
    onTrouble(`Edge ${failed} did not deliver (${data.details}); taking ${next}.`);
    return true;
  }
}
