// Watching: finds the place, runs the player, holds it at its distance, measures, reports, and starts anew what cannot go on.
import type { WatchConfig, WatchEdge } from "../config.ts";
import { isDash, targetFor } from "../players/choose.ts";
import type { Player, StartPlayer } from "../players/player.ts";
import { Restarts } from "../players/restarts.ts";
import { Arrivals } from "./arrivals.ts";
import { BarcodeReader } from "./barcodeReader.ts";
import type { Choice } from "./choices.ts";
import type { PageClock } from "./clock.ts";
import type { PageCues } from "./cues.ts";
import { EarlyDocuments } from "./early.ts";
import { FollowedTarget } from "./followedTarget.ts";
import { STALL_MS } from "./frames.ts";
import { Story } from "./notice.ts";
import type { ShownFrame } from "./partStamps.ts";
import { Reporter, watchingOf } from "./report.ts";
import { movedTo, viaGateway } from "./route.ts";
import { Screen } from "./screen.ts";
import { Series } from "./series.ts";
import { type Place, steeringUrls } from "./session.ts";
import { addressFor, startup } from "./startup.ts";
import { bufferedAhead, SyncDriver } from "./syncDriver.ts";
import { IN_SYNC_MS, type Phase, protocolNames, syncView, type View } from "./view.ts";

/** The page is looked over and drawn this often, ms. */
const TICK_MS = 250;
const REPORT_PERIOD_MS = 1_000;
/** So often the reference engine is started before another player takes over. */
const OWN_ATTEMPTS = 2;

export interface WatchParts {
  video: HTMLVideoElement;
  config: WatchConfig;
  clock: PageClock;
  /** What has been late or lost of them is reported. */
  cues: Pick<PageCues, "late" | "lost">;
  /** Called four times a second and at each change. */
  onView: (view: View) => void;
}

/** One person watching, from the page's load to its end. */
export class Watch {
  /** Buffer (s), playback rate, latency (s) and distance from the target (ms) of the last minute. */
  readonly series = new Series(4);
  readonly screen: Screen;
  readonly #parts: WatchParts;
  readonly #arrivals: Arrivals;
  readonly #reporter: Reporter;
  readonly #driver: SyncDriver;
  readonly #target = new FollowedTarget();
  readonly #story = new Story();
  readonly #early: EarlyDocuments;
  readonly #stops: (() => void)[] = [];
  #startPlayer: StartPlayer | null = null;
  #choice: Choice | null = null;
  #place: Place | null = null;
  #player: Player | null = null;
  #restarts: Restarts | null = null;
  #turn = 0;
  #startedAt = 0;
  #inSyncMs: number | null = null;
  #subtitles = false;
  /** The person paused, or the browser wants a gesture before it plays. */
  #paused = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { clock, video, config } = parts;
    this.#reporter = new Reporter(config.telemetryUrl);
    const captureMs = (mediaTimeS: number): number | null =>
      this.#player?.captureMs(mediaTimeS) ?? null;
    this.screen = new Screen(video, {
      clock,
      barcode: new BarcodeReader(),
      captureMs,
      onFrame: (frame) => this.#shown(frame),
    });
    this.#driver = new SyncDriver({
      video,
      clock,
      screen: this.screen,
      targetAt: (utcMs) => this.#heldAt(utcMs),
    });
    this.#early = new EarlyDocuments({
      fetch: (url, options) => fetch(url, options),
      monotonic: () => clock.monotonic(),
    });
    this.#arrivals = new Arrivals({ clock, captureMs, onAppend: () => this.#driver.appended() });
    this.#stops.push(clock.every(TICK_MS, () => this.#tick()));
    this.#stops.push(clock.every(REPORT_PERIOD_MS, () => this.#report(false)));
  }

  get choice(): Choice | null {
    return this.#choice;
  }

  get place(): Place | null {
    return this.#place;
  }

  /** Watches as chosen, from the beginning: a new session, a new player. */
  async start(choice: Choice): Promise<void> {
    const turn = this.#leavePlayer(true);
    const { clock, config } = this.#parts;
    this.#choice = choice;
    this.#place = null;
    this.#story.resume();
    this.#startedAt = clock.monotonic();
    this.#inSyncMs = null;
    this.#paused = false;
    this.#draw();
    const { protocol } = choice;
    try {
      const parts = { config, clock, early: this.#early, protocol, route: this.#route };
      const { place, startPlayer } = await startup(parts);
      if (turn !== this.#turn) return;
      this.#place = place;
      this.#startPlayer = startPlayer;
    } catch (failure) {
      if (turn === this.#turn) this.#stop(failure);
      return;
    }
    this.#target.begin(this.#place.target, clock.utc());
    if (this.#place.trouble) this.#trouble(this.#place.trouble);
    this.#restarts = new Restarts(clock.monotonic());
    clock.follow(this.#timeUrl);
    this.#play(this.#place.urls);
  }

  /** Tells telemetry that the person leaves. */
  leave(): void {
    this.#report(true);
  }

  /** Plays or pauses; playing goes on at the live edge. */
  togglePause(): void {
    const { video } = this.#parts;
    this.#paused = !this.#paused;
    if (this.#paused) video.pause();
    else {
      this.#player?.toLive();
      this.#resume();
    }
    this.#draw();
  }

  /** Shows subtitles or hides them. */
  toggleSubtitles(): void {
    this.#subtitles = !this.#subtitles;
    this.#player?.setSubtitles(this.#subtitles);
    this.#draw();
  }

  close(): void {
    this.#leavePlayer(true);
    this.#driver.close();
    this.screen.close();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** What is seen now. */
  view(): View {
    const { video, clock, config } = this.#parts;
    const state = this.#player?.state() ?? null;
    const now = clock.monotonic();
    const phase = this.#phase(now);
    const place = this.#place;
    const { firstFrameAt, meter } = this.screen;
    const { latencyMs } = meter;
    const utcMs = clock.utc();
    const needMs = this.#arrivals.needMs(utcMs);
    const edgeId = state?.edge ?? place?.edge.id ?? null;
    const known = place?.edge.id === edgeId ? place.edge.class : null;
    return {
      phase,
      notice: this.#story.notice({ phase, now: utcMs, attempts: this.#restarts?.attempts ?? 0 }),
      protocol: this.#choice?.protocol ?? null,
      network: this.#choice?.network?.name ?? place?.network ?? null,
      edge: edgeId === null ? null : { id: edgeId, class: known },
      why: place?.why ?? [],
      captureIs: config.captureIs,
      latencyMs,
      ...syncView(this.#driver.state, {
        latencyMs,
        targetMs: this.#target.at(utcMs),
        targetVersion: this.#target.version,
        heldMs: this.#heldAt(utcMs),
        needMs: needMs === null ? null : this.#held(needMs),
      }),
      cohort: place?.cohort ?? null,
      clockErrorMs: clock.errorMs,
      bufferMs: bufferedAhead(video) * 1_000,
      rate: video.playbackRate,
      rung: {
        name: state?.rendition ?? null,
        height: video.videoHeight || (state?.height ?? null),
        fps: this.screen.fps,
        kbps: state?.bitrateKbps ?? null,
      },
      stalls: meter.stalls(now),
      droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
      firstFrameMs: firstFrameAt === null ? null : firstFrameAt - this.#startedAt,
      inSyncMs: this.#inSyncMs,
      subtitles: this.#subtitles,
      troubles: this.#story.troubles,
    };
  }

  readonly #route = (url: string): string =>
    viaGateway(url, this.#choice?.network?.gateway ?? null);

  /** The clock of the edge that delivers now. */
  readonly #timeUrl = (): string => {
    const edge = this.#edge(this.#player?.state().edge ?? null);
    const url = this.#place?.urls.time ?? "";
    return this.#route(edge ? movedTo(url, edge.url) : url);
  };

  #edge(id: string | null): WatchEdge | null {
    return this.#parts.config.edges.find((edge) => edge.id === id) ?? null;
  }

  /** As far behind the camera as told, or as near as this player comes. */
  #held(distanceMs: number): number {
    return targetFor(this.#choice?.protocol ?? "dash", distanceMs);
  }

  #heldAt(utcMs: number): number {
    return this.#held(this.#target.at(utcMs));
  }

  #shown(frame: ShownFrame): void {
    const { clock, config } = this.#parts;
    const away = Math.abs(frame.shownMs - frame.captureMs - this.#target.at(frame.shownMs));
    if (away <= IN_SYNC_MS) this.#inSyncMs ??= clock.monotonic() - this.#startedAt;
    const rendition = this.#player?.renditionAt(frame.captureMs);
    const node = this.#place?.session;
    if (!rendition || !node) return;
    this.#reporter.stamp(this.#arrivals.shown(frame, { channel: config.channel, rendition, node }));
  }

  #play(urls: { dash: string; hls: string }): void {
    const choice = this.#choice;
    const place = this.#place;
    const start = this.#startPlayer;
    if (!choice || !place || !start) return;
    const { video, config, clock } = this.#parts;
    const targetLatencyMs = this.#heldAt(clock.utc());
    const turn = this.#turn;
    try {
      const player = start(
        video,
        {
          manifest: addressFor(choice.protocol, urls),
          steering: steeringUrls(place, isDash(choice.protocol) ? "dash" : "hls"),
        },
        {
          route: this.#route,
          session: place.session,
          channel: config.channel,
          targetLatencyMs,
          edges: config.edges,
          clock,
          subtitles: this.#subtitles,
          early: (url) => this.#early.take(url),
          onSettle: () => this.screen.settle(),
          onTarget: (target) => {
            if (turn === this.#turn) this.#target.offer(target, clock.utc());
          },
          onTrouble: (sentence) => this.#trouble(sentence),
          onFatal: (sentence) => {
            this.screen.holdPicture();
            this.#trouble(sentence);
            this.#restarts?.fatal(clock.monotonic());
          },
        },
      );
      this.#player = player;
      this.#driver.begin(player, targetLatencyMs);
      this.#resume();
    } catch (failure) {
      this.#stop(failure);
    }
  }

  #resume(): void {
    this.#parts.video.play().catch((failure: unknown) => {
      this.#paused ||= failure instanceof DOMException && failure.name === "NotAllowedError";
    });
  }

  #leavePlayer(newSession: boolean): number {
    this.#driver.end();
    this.#player?.close();
    this.#player = null;
    this.#restarts = null;
    this.#arrivals.clear();
    this.screen.restart(newSession);
    this.#turn += 1;
    return this.#turn;
  }

  /** Another player on the next edge, in the same session. */
  #startAnew(restarts: Restarts): void {
    const place = this.#place;
    if (!place || this.#takesOther(restarts)) return;
    const { edges } = this.#parts.config;
    const present = this.#player?.state().edge ?? place.edge.id;
    const at = edges.findIndex((edge) => edge.id === present);
    const next = edges[(at + 1) % Math.max(1, edges.length)];
    this.screen.holdPicture();
    this.#leavePlayer(false);
    this.#restarts = restarts;
    this.#trouble(
      `No picture from edge ${present}; starting anew${next ? ` from ${next.label}` : ""}.`,
    );
    const { dash, hls } = place.urls;
    this.#play(next ? { dash: movedTo(dash, next.url), hls: movedTo(hls, next.url) } : place.urls);
  }

  /** A stream that the reference engine never got to show is left to the library; whether it is. */
  #takesOther(restarts: Restarts): boolean {
    const choice = this.#choice;
    const inVain = restarts.attempts >= OWN_ATTEMPTS && this.screen.firstFrameAt === null;
    if (!choice || choice.protocol !== "own" || !inVain) return false;
    void this.start({ ...choice, protocol: "dash" });
    this.#trouble(`${protocolNames.own} shows no picture; ${protocolNames.dash} takes over.`);
    return true;
  }

  #tick(): void {
    const { clock, video } = this.#parts;
    const now = clock.monotonic();
    const { lastFrameAt, meter } = this.screen;
    const restarts = this.#restarts;
    if (restarts && !this.#story.isStopped) {
      if (lastFrameAt !== null) restarts.frame(lastFrameAt);
      if (document.hidden || this.#paused) {
        restarts.idle(now);
        meter.interrupt();
      } else if (restarts.due(now)) this.#startAnew(restarts);
    }
    const { latencyMs } = meter;
    this.series.add(now, [
      bufferedAhead(video),
      video.playbackRate,
      latencyMs === null ? null : latencyMs / 1_000,
      latencyMs === null ? null : latencyMs - this.#target.at(clock.utc()),
    ]);
    this.#draw();
  }

  #phase(now: number): Phase {
    if (this.#story.isStopped) return "stopped";
    if (!this.#place) return "finding";
    if (this.#paused) return "paused";
    if (this.screen.lastFrameAt === null) return "starting";
    return this.screen.meter.waitingMs(now) > STALL_MS ? "waiting" : "playing";
  }

  #trouble(sentence: string): void {
    this.#story.trouble({ at: this.#parts.clock.utc(), sentence });
    this.#draw();
  }

  #stop(failure: unknown): void {
    const sentence = failure instanceof Error ? failure.message : String(failure);
    this.#story.stop({ at: this.#parts.clock.utc(), sentence });
    this.#draw();
  }

  #draw(): void {
    this.#parts.onView(this.view());
  }

  #report(last: boolean): void {
    const { clock, config } = this.#parts;
    const place = this.#place;
    const protocol = this.#choice?.protocol;
    if (!place || !protocol || !this.#player) return;
    const { latencyMs } = this.screen.meter;
    const onScreen = latencyMs === null ? null : this.#player.renditionAt(clock.utc() - latencyMs);
    this.#reporter.send(
      watchingOf(this.view(), {
        session: place.session,
        channel: config.channel,
        protocol,
        state: this.#player.state(),
        onScreen,
        at: clock.utc(),
        cues: this.#parts.cues,
        last,
      }),
      last,
    );
  }
}
