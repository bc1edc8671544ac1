// dash.js on low-latency DASH. Steering and the change to another BaseURL are dash.js's own; silence is ours to notice.
import { MediaPlayer, type MediaPlayerClass } from "dashjs";
import { deviceProfiles } from "#viewer/sync";
import { edgeOf, movedTo } from "../page/route.ts";
import { ByteGuard, SILENCE_LIMIT_MS } from "./byteGuard.ts";
import { dashSettings } from "./dashSettings.ts";
import { EarlyManifest } from "./earlyManifest.ts";
import {
  DOCUMENT_DEADLINE_MS,
  EDGE_PENALTY_S,
  FAILURES_LIMIT,
  GUARD_PERIOD_MS,
  LONE_PATIENCE,
  STEERING_RETRY_MS,
} from "./limits.ts";
import { ownListeners } from "./ownListeners.ts";
import type { Player, PlayerOptions, PlayerState, PlayerUrls, RungLimit } from "./player.ts";
import { Renditions } from "./renditions.ts";
import { tellTarget } from "./steeringTarget.ts";
import { SteeringTurn } from "./steeringTurn.ts";
import { textIndex } from "./textLanguage.ts";

/** The parts of dash.js's objects that are used here; its own declarations stop short of them. */
interface FragmentRequest {
  type: string;
  url: string;
  mediaType: string;
  startTime: number;
  serviceLocation?: string;
  representation?: { id: string; bitrateInKbit: number; width: number; height: number };
}
interface WireRequest {
  url: string;
  timeout?: number;
  customData: {
    request: FragmentRequest;
    abortController?: AbortController;
    reader?: ReadableStreamDefaultReader<Uint8Array>;
  };
}
interface WireResponse {
  url: string;
  /** 0 or nothing: there was no answer. */
  status?: number;
  request: WireRequest;
  data?: unknown;
}
interface LoadingEvent {
  request: FragmentRequest;
  error?: unknown;
}
interface Failure {
  code: number;
  message: string;
  data?: { request?: { type: string } } | null;
}
interface Manifest {
  availabilityStartTime?: Date;
  BaseURL?: { serviceLocation?: string }[];
  ContentSteering?: { defaultServiceLocation?: string }[];
}

const MEDIA_SEGMENT = "MediaSegment";
const MANIFEST = "MPD";
const STEERING = "ContentSteering";

/** Errors that dash.js works on by itself: a segment, a header, the time, a document that is asked again. */
const RECOVERABLE = new Set([12, 15, 16, 17, 26, 27, 28, 29, 33]);
const MANIFEST_NOT_LOADED = 25;

/** Plays the MPD. Errors reach `onTrouble` and `onFatal`. */
export function startDash(
  video: HTMLVideoElement,
  urls: PlayerUrls,
  options: PlayerOptions,
): Player {
  return new DashPlayer(video, urls, options);
}

class DashPlayer implements Player {
  readonly profile = deviceProfiles.desktop;
  readonly #player: MediaPlayerClass;
  readonly #options: PlayerOptions;
  readonly #video: HTMLVideoElement;
  readonly #manifest: EarlyManifest;
  readonly #turn: SteeringTurn;
  readonly #renditions = new Renditions();
  readonly #guard = new ByteGuard<FragmentRequest>();
  readonly #wires = new WeakMap<FragmentRequest, WireRequest>();
  readonly #stops: (() => void)[] = [];
  #availabilityStartMs = 0;
  #edge: string;
  #loaded: FragmentRequest["representation"] | null = null;
  #subtitles: boolean;
  #failures = 0;
  /** The last failure: the edge that was left then is not well yet. */
  #failedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(video: HTMLVideoElement, urls: PlayerUrls, options: PlayerOptions) {
    this.#video = video;
    this.#options = options;
    this.#manifest = new EarlyManifest(options.early);
    this.#turn = new SteeringTurn(urls.steering);
    this.#subtitles = options.subtitles;
    this.#edge = edgeOf(urls.manifest, options.edges, options.route)?.id ?? "";
    this.#stops.push(ownListeners(video));
    this.#player = MediaPlayer().create();
    this.#player.updateSettings(dashSettings(options));
    this.#player.addRequestInterceptor(async (request) => {
      await this.#prepare(request as unknown as WireRequest);
      return request;
    });
    this.#player.addResponseInterceptor((response) => {
      const wire = response as unknown as WireResponse;
      const { type } = wire.request.customData.request;
      if (type === STEERING) this.#steered(wire);
      if (type === MANIFEST) this.#manifest.giveBack(wire);
      return Promise.resolve(response);
    });
    this.#listen();
    this.#player.initialize(video, undefined, true);
    this.#player.attachSource(urls.manifest);
    this.#stops.push(options.clock.every(GUARD_PERIOD_MS, () => this.#leaveSilent()));
    this.#stops.push(options.clock.every(1_000, () => this.#tellTime()));
    this.#stops.push(options.clock.every(STEERING_RETRY_MS, () => this.#askSteering()));
  }

  state(): PlayerState {
    const { edges } = this.#options;
    const ready = !this.#closed && this.#player.isReady();
    const rungs = ready ? this.#player.getRepresentationsByType("video") : [];
    const rates = rungs.map((rung) => rung.bitrateInKbit);
    const throughput = ready ? this.#player.getAverageThroughput("video") : NaN;
    return {
      edge: edges.find((edge) => edge.id === this.#edge)?.id ?? (this.#edge || null),
      rendition: this.#loaded?.id ?? null,
      bitrateKbps: this.#loaded?.bitrateInKbit ?? null,
      width: this.#loaded?.width ?? null,
      height: this.#loaded?.height ?? null,
      topBitrateKbps: rates.length > 0 ? Math.max(...rates) : null,
      lowestBitrateKbps: rates.length > 0 ? Math.min(...rates) : null,
      throughputKbps: Number.isFinite(throughput) ? throughput : null,
    };
  }

  captureMs(mediaTime: number): number | null {
    return this.#availabilityStartMs + mediaTime * 1_000;
  }

  mediaTimeS(captureMs: number): number | null {
    return this.#loaded === null ? null : (captureMs - this.#availabilityStartMs) / 1_000;
  }

  renditionAt(captureMs: number): string | null {
    return this.#renditions.at(captureMs);
  }

  /** By the element itself: dash.js's own seek would take the place for the viewer's new distance. */
  seekTo(mediaTimeS: number): void {
    this.#video.currentTime = mediaTimeS;
  }

  retarget(targetMs: number): void {
    if (!this.#closed)
      this.#player.updateSettings({ streaming: { delay: { liveDelay: targetMs / 1_000 } } });
  }

  limitRung(limit: RungLimit): void {
    if (this.#closed) return;
    const present = this.#loaded?.bitrateInKbit ?? null;
    const most = limit === "any" || present === null ? -1 : present - 1;
    this.#player.updateSettings({ streaming: { abr: { maxBitrate: { video: most } } } });
  }

  setSubtitles(on: boolean): void {
    this.#subtitles = on;
    this.#showText();
  }

  toLive(): void {
    if (!this.#closed && this.#player.isReady()) this.#player.seekToOriginalLive();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#manifest.close();
    this.#player.destroy();
    for (const stop of this.#stops.splice(0)) stop();
  }

  #listen(): void {
    const on = (type: string, hear: (event: LoadingEvent) => void): void =>
      this.#player.on(type, (event) => hear(event as unknown as LoadingEvent));
    on("fragmentLoadingStarted", ({ request }) => this.#started(request));
    on("fragmentLoadingCompleted", (event) => this.#completed(event));
    on("fragmentLoadingAbandoned", ({ request }) => this.#guard.ended(request));
    this.#player.on("allTextTracksAdded", () => this.#showText());
    this.#player.on("manifestLoaded", (event) => {
      this.#manifestLoaded((event as unknown as { data: Manifest }).data);
    });
    this.#player.on("error", (event) =>
      this.#failed((event as unknown as { error: Failure }).error),
    );
    this.#player.on("playbackError", () => {
      const why = this.#video.error?.message || "no reason was given";
      this.#options.onFatal(`The browser cannot play what it was given: ${why}.`);
    });
  }

  #showText(): void {
    if (this.#closed || !this.#player.isReady()) return;
    const languages = this.#player.getTracksFor("text").map(({ lang }) => lang);
    this.#player.setTextTrack(this.#subtitles ? textIndex(languages, navigator.languages) : -1);
  }

  /** Just before a request leaves: through the gateway, with a deadline, under the guard. */
  async #prepare(wire: WireRequest): Promise<void> {
    const { request } = wire.customData;
    if (request.type === MANIFEST) wire.url = this.#fromCurrentEdge(wire.url);
    if (request.type === STEERING) wire.url = this.#turn.question(wire.url);
    wire.url = this.#options.route(wire.url);
    if (request.type === MANIFEST) await this.#manifest.lend(wire);
    if (request.type !== MEDIA_SEGMENT) {
      wire.timeout = DOCUMENT_DEADLINE_MS;
      return;
    }
    const { clock } = this.#options;
    this.#wires.set(request, wire);
    const now = clock.monotonic();
    this.#guard.sent(request, now, this.#patienceMs(now));
    hearReader(wire, () => this.#heard(request));
  }

  /** Bytes came. A segment grows for two seconds: who serves is known from its first ones, not from its end. */
  #heard(request: FragmentRequest): void {
    this.#guard.heard(request, this.#options.clock.monotonic());
    if (request.mediaType === "video") this.#edge = request.serviceLocation ?? this.#edge;
  }

  /** An MPD is refreshed where it came from; when that edge has failed, where the media comes from now. */
  #fromCurrentEdge(url: string): string {
    const edge = this.#options.edges.find((each) => each.id === this.#edge);
    return edge ? movedTo(url, edge.url) : url;
  }

  #started(request: FragmentRequest): void {
    const { representation } = request;
    if (request.mediaType !== "video" || request.type !== MEDIA_SEGMENT || !representation) return;
    this.#renditions.loaded(
      this.#availabilityStartMs + request.startTime * 1_000,
      representation.id,
    );
  }

  #completed({ request, error }: LoadingEvent): void {
    this.#guard.ended(request);
    if (error) {
      this.#failures += 1;
      this.#failedAt = this.#options.clock.monotonic();
      if (this.#failures >= FAILURES_LIMIT) return this.#giveUp();
      const edge =
        edgeOf(request.url, this.#options.edges, this.#options.route)?.id ??
        request.serviceLocation;
      this.#options.onTrouble(`Edge ${edge ?? "unknown"} did not deliver; taking the next one.`);
      return;
    }
    this.#failures = 0;
    if (request.mediaType !== "video" || request.type !== MEDIA_SEGMENT) return;
    this.#loaded = request.representation ?? this.#loaded;
  }

  /**
   * The MPD is one object for all, so its default service location cannot be the director's choice for this viewer;
   * steering would correct it a few seconds after the start. The choice is put in before dash.js reads it.
   */
  #manifestLoaded(manifest: Manifest): void {
    this.#availabilityStartMs = manifest.availabilityStartTime?.getTime() ?? 0;
    this.#tellTime();
    const names = (manifest.BaseURL ?? []).map((base) => base.serviceLocation ?? "");
    const [steering] = manifest.ContentSteering ?? [];
    if (!steering || !names.includes(this.#edge)) return;
    const others = names.filter((name) => name !== this.#edge);
    steering.defaultServiceLocation = [this.#edge, ...others].join(" ");
  }

  /** The page has one clock: dash.js's own request for the time would go around the gateway and delay the start. */
  #tellTime(): void {
    this.#player.trigger(
      "updateTimeSyncOffset" as never,
      { offset: this.#options.clock.offsetMs },
      {},
    );
  }

  /**
   * dash.js asks steering once at its first play, and keeps asking only after an answer: until there is one it is asked to
   * ask. After one it keeps the time of the answer by itself.
   */
  #askSteering(): void {
    if (this.#closed || !this.#player.isReady() || this.#loaded === null) return;
    if (!this.#player.getCurrentSteeringResponseData()) void this.#player.triggerSteeringRequest();
  }

  /** What is asked of the only edge that is well may be silent for longer; what was under way when another failed may not. */
  #patienceMs(now: number): number {
    const alone = now - this.#failedAt < EDGE_PENALTY_S * 1_000;
    return SILENCE_LIMIT_MS * (alone ? LONE_PATIENCE : 1);
  }

  #steered({ status, data }: WireResponse): void {
    if (status && status < 500) this.#turn.answered();
    tellTarget(data, this.#options.onTarget);
  }

  #leaveSilent(): void {
    for (const request of this.#guard.silent(this.#options.clock.monotonic())) {
      const controller = this.#wires.get(request)?.customData.abortController;
      if (!controller) continue;
      // As a failed request and not as one that dash.js itself gave up: only a failure makes it take another BaseURL.
      Object.assign(controller.signal, { onabort: null });
      controller.abort();
    }
  }

  /** Once every BaseURL has failed, dash.js asks the first one without pause and for ever: it is ended here. */
  #giveUp(): void {
    if (this.#closed) return;
    this.#options.clock.after(0, () => this.close());
    this.#options.onFatal("No edge has the next piece of the match.");
  }

  /** dash.js numbers no failure of steering, and goes on without it; so does the viewer. */
  #failed({ code, message, data }: Failure): void {
    if (data?.request?.type === STEERING) return;
    const playing = this.#video.readyState > HTMLMediaElement.HAVE_METADATA;
    if (RECOVERABLE.has(code) || (code === MANIFEST_NOT_LOADED && playing)) return;
    const why =
      code === MANIFEST_NOT_LOADED
        ? `the manifest did not come from edge ${this.#edge || "unknown"}`
        : message.replaceAll(/\?\S*/g, "");
    this.#options.onFatal(`The DASH player cannot go on: ${why}.`);
  }
}

/** Hears each read of a response's body, the response itself being the first thing heard. */
function hearReader(wire: WireRequest, heard: () => void): void {
  let kept: WireRequest["customData"]["reader"];
  Object.defineProperty(wire.customData, "reader", {
    configurable: true,
    get: () => kept,
    set(reader: ReadableStreamDefaultReader<Uint8Array>) {
      heard();
      const read = reader.read.bind(reader);
      reader.read = async () => {
        const result = await read();
        heard();
        return result;
      };
      kept = reader;
    },
  });
}
