// Watching: finds the place, runs the player, measures, reports, and starts anew what cannot go on.
import type { WatchConfig, WatchEdge, WatchNetwork } from "../config.ts";
import { playerFor, targetFor } from "../players/choose.ts";
import type { Player, Protocol } from "../players/player.ts";
import { Restarts } from "../players/restarts.ts";
import { BarcodeReader } from "./barcodeReader.ts";
import { tapVideoBuffers } from "./bufferTap.ts";
import type { PageClock } from "./clock.ts";
import { STALL_MS } from "./frames.ts";
import { PartStamps } from "./partStamps.ts";
import { type PlayerWord, Reporter } from "./report.ts";
import { movedTo, viaGateway } from "./route.ts";
import { Screen } from "./screen.ts";
import { Series } from "./series.ts";
import { findPlace, type Place } from "./session.ts";
import type { Phase, Trouble, View } from "./view.ts";

/** The page is looked over and drawn this often, ms. */
const TICK_MS = 250;
const REPORT_PERIOD_MS = 1_000;
const TROUBLES_KEPT = 20;
/** A trouble stays on the picture for so long, ms. */
const TROUBLE_SHOWN_MS = 6_000;

/** What a person chose. */
export interface Choice {
  protocol: Protocol;
  /** The network to watch from; null: directly. */
  network: WatchNetwork | null;
}

export interface WatchParts {
  video: HTMLVideoElement;
  config: WatchConfig;
  clock: PageClock;
  /** Called four times a second and at each change. */
  onView: (view: View) => void;
}

/** One person watching, from the page's load to its end. */
export class Watch {
  /** Buffer (s), playback rate and latency (s) of the last minute. */
  readonly series = new Series(3);
  readonly screen: Screen;
  readonly #parts: WatchParts;
  readonly #stamps = new PartStamps();
  readonly #reporter: Reporter;
  readonly #stops: (() => void)[] = [];
  #choice: Choice | null = null;
  #place: Place | null = null;
  #player: Player | null = null;
  #restarts: Restarts | null = null;
  #turn = 0;
  #troubles: Trouble[] = [];
  #stopped: string | null = null;
  #startedAt = 0;
  #firstFrameMs: number | null = null;
  #sequence = 0;
  /** The person paused, or the browser wants a gesture before it plays. */
  #paused = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { clock, video, config } = parts;
    this.#reporter = new Reporter(config.telemetryUrl);
    this.screen = new Screen(video, {
      clock,
      barcode: new BarcodeReader(),
      captureMs: (mediaTime) => this.#player?.captureMs(mediaTime) ?? null,
      onFrame: (frame) => {
        const rendition = this.#player?.renditionAt(frame.captureMs);
        const node = this.#place?.session;
        if (rendition && node)
          this.#reporter.stamp(
            this.#stamps.shown(frame, { channel: config.channel, rendition, node }),
          );
      },
    });
    tapVideoBuffers(
      () => clock.monotonic(),
      (end, at) => {
        const captureMs = this.#player?.captureMs(end) ?? null;
        if (captureMs !== null) this.#stamps.arrived(captureMs, clock.utcAt(at));
      },
    );
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
    this.#stopped = null;
    this.#startedAt = clock.monotonic();
    this.#firstFrameMs = null;
    this.#paused = false;
    this.#draw();
    try {
      const place = await findPlace(config, this.#route);
      if (turn !== this.#turn) return;
      this.#place = place;
      if (place.trouble) this.#trouble(place.trouble);
    } catch (failure) {
      if (turn === this.#turn) this.#stop(failure);
      return;
    }
    this.#restarts = new Restarts(clock.monotonic());
    clock.follow(this.#timeUrl);
    await this.#play(this.#place.urls);
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

  close(): void {
    this.#leavePlayer(true);
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
    const edgeId = state?.edge ?? place?.edge.id ?? null;
    const known = place?.edge.id === edgeId ? place.edge.class : null;
    return {
      phase,
      notice: this.#notice(phase),
      protocol: this.#choice?.protocol ?? null,
      network: this.#choice?.network?.name ?? place?.network ?? null,
      edge: edgeId === null ? null : { id: edgeId, class: known },
      why: place?.why ?? [],
      captureIs: config.captureIs,
      latencyMs: this.screen.meter.latencyMs,
      targetMs: this.#targetMs(),
      clockErrorMs: clock.errorMs,
      bufferMs: bufferedAhead(video) * 1_000,
      rate: video.playbackRate,
      rung: {
        name: state?.rendition ?? null,
        height: video.videoHeight || (state?.height ?? null),
        fps: this.screen.fps,
        kbps: state?.bitrateKbps ?? null,
      },
      stalls: this.screen.meter.stalls(now),
      droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
      firstFrameMs: this.#firstFrameMs,
      troubles: this.#troubles,
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

  #targetMs(): number {
    return targetFor(this.#choice?.protocol ?? "dash", this.#place?.targetMs ?? 0);
  }

  async #play(urls: { dash: string; hls: string }): Promise<void> {
    const choice = this.#choice;
    const place = this.#place;
    if (!choice || !place) return;
    const turn = this.#turn;
    const { video, config, clock } = this.#parts;
    try {
      const start = await playerFor(choice.protocol);
      if (turn !== this.#turn) return;
      const isDash = choice.protocol === "own" || choice.protocol === "dash";
      const manifest = isDash ? urls.dash : urls.hls;
      this.#player = start(
        video,
        { manifest, steering: null },
        {
          route: this.#route,
          session: place.session,
          channel: config.channel,
          targetLatencyMs: this.#targetMs(),
          edges: config.edges,
          clock,
          subtitles: false,
          early: () => null,
          onTarget: () => undefined,
          onSettle: () => this.screen.settle(),
          onTrouble: (sentence) => this.#trouble(sentence),
          onFatal: (sentence) => {
            this.screen.holdPicture();
            this.#trouble(sentence);
            this.#restarts?.fatal(clock.monotonic());
          },
        },
      );
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
    this.#player?.close();
    this.#player = null;
    this.#restarts = null;
    this.#stamps.clear();
    this.screen.restart(newSession);
    this.#turn += 1;
    return this.#turn;
  }

  /** Another player on the next edge, in the same session. */
  #startAnew(restarts: Restarts): void {
    const place = this.#place;
    if (!place) return;
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
    void this.#play(
      next ? { dash: movedTo(dash, next.url), hls: movedTo(hls, next.url) } : place.urls,
    );
  }

  #tick(): void {
    const { clock, video } = this.#parts;
    const now = clock.monotonic();
    const { lastFrameAt, meter } = this.screen;
    if (lastFrameAt !== null) this.#firstFrameMs ??= lastFrameAt - this.#startedAt;
    const restarts = this.#restarts;
    if (restarts && this.#stopped === null) {
      if (lastFrameAt !== null) restarts.frame(lastFrameAt);
      if (document.hidden || this.#paused) {
        restarts.idle(now);
        meter.interrupt();
      } else if (restarts.due(now)) this.#startAnew(restarts);
    }
    const latencyMs = meter.latencyMs;
    this.series.add(now, [
      bufferedAhead(video),
      video.playbackRate,
      latencyMs === null ? null : latencyMs / 1_000,
    ]);
    this.#draw();
  }

  #phase(now: number): Phase {
    if (this.#stopped !== null) return "stopped";
    if (!this.#place) return "finding";
    if (this.#paused) return "paused";
    if (this.screen.lastFrameAt === null) return "starting";
    return this.screen.meter.waitingMs(now) > STALL_MS ? "waiting" : "playing";
  }

  #notice(phase: Phase): string | null {
    const last = this.#troubles.at(-1);
    const age = last ? this.#parts.clock.utc() - last.at : Number.POSITIVE_INFINITY;
    const fresh = last && age < TROUBLE_SHOWN_MS ? last.sentence : null;
    if (phase === "stopped") return this.#stopped;
    if (phase === "finding") return "Asking the director where to watch…";
    if (phase === "paused") return "Paused. Space goes on at the live picture.";
    if (phase === "waiting") return fresh ?? "No new picture; the player is trying the edges.";
    if (phase === "playing") return fresh;
    const again = this.#restarts && this.#restarts.attempts > 0;
    if (again && last) return `${last.sentence} r starts again, n takes another network.`;
    return fresh ?? "Waiting for the picture…";
  }

  #trouble(sentence: string): void {
    const at = this.#parts.clock.utc();
    this.#troubles = [...this.#troubles, { at, sentence }].slice(-TROUBLES_KEPT);
    this.#draw();
  }

  #stop(failure: unknown): void {
    this.#stopped = `${sentenceOf(failure)} Press r to try again.`;
    this.#trouble(sentenceOf(failure));
  }

  #draw(): void {
    this.#parts.onView(this.view());
  }

  #report(last: boolean): void {
    const { clock, config } = this.#parts;
    const place = this.#place;
    const protocol = this.#choice?.protocol;
    if (!place || !protocol || !this.#player) return;
    const view = this.view();
    const state = this.#player.state();
    const captured = this.screen.meter.latencyMs;
    const onScreen = captured === null ? null : this.#player.renditionAt(clock.utc() - captured);
    this.#sequence += 1;
    this.#reporter.send(
      {
        session: place.session,
        channel: config.channel,
        protocol,
        word: last ? "quit" : wordOf(view.phase),
        at: clock.utc(),
        sequence: this.#sequence,
        latencyMs: view.latencyMs,
        targetMs: view.targetMs,
        clockErrorMs: view.clockErrorMs,
        bufferMs: view.bufferMs,
        bitrateKbps: state.bitrateKbps,
        topBitrateKbps: state.topBitrateKbps,
        rate: view.rate,
        edge: view.edge?.id ?? null,
        network: view.network,
        rendition: onScreen ?? state.rendition,
        stalls: view.stalls,
      },
      last,
    );
  }
}

const words: Readonly<Record<Phase, PlayerWord>> = {
  finding: "starting",
  starting: "starting",
  playing: "playing",
  waiting: "rebuffering",
  paused: "paused",
  stopped: "failed",
};
const wordOf = (phase: Phase): PlayerWord => words[phase];

const sentenceOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);

/** Seconds of media ahead of the playhead. */
function bufferedAhead(video: HTMLVideoElement): number {
  const { buffered, currentTime } = video;
  for (let at = 0; at < buffered.length; at += 1)
    if (buffered.start(at) <= currentTime + 0.1 && currentTime < buffered.end(at))
      return buffered.end(at) - currentTime;
  return 0;
}
