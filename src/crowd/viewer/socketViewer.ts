// A viewer of a live channel over plain sockets: its tracks ask, it plays, keeps its distance, and changes edges.
import { invariant, type MonoMs } from "#base";
import { CmcdQuery, type CmcdSession } from "./cmcd.ts";
import type { DashPlan } from "./dashPlan.ts";
import { DashTrack } from "./dashTrack.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import type { HlsLadder } from "./hlsLadder.ts";
import { HlsTrack } from "./hlsTrack.ts";
import type { Failure, Host, Track } from "./host.ts";
import { CONTROL_PERIOD_MS } from "./limits.ts";
import { type Buffered, Playback } from "./playback.ts";
import { RateEstimate } from "./rates.ts";
import { type Place, placesOf, type SteeringAnswer } from "./pathways.ts";
import type { FaultKind, SteeringOutcome } from "./reasons.ts";
import { Retries } from "./retries.ts";
import type { SharedContent } from "./shared.ts";
import { type Steered, Steering } from "./steering.ts";
import type { ViewerContext, ViewerOptions, ViewerSink } from "./types.ts";
import type { Sleeper } from "./wheel.ts";

/** One viewer: it joins, plays, keeps its distance, checks what it gets, and goes on by another edge when one fails. */
export class SocketViewer implements Host, Sleeper, Steered {
  readonly options: ViewerOptions;
  readonly shared: SharedContent;
  readonly sink: ViewerSink;
  readonly rates = new RateEstimate();
  readonly #session: CmcdSession;
  readonly #retries: Retries;
  readonly #media: Buffered = { startMs: 0, endMs: 0 };
  #tracks: readonly Track[] = [];
  #steering: Steering | null = null;
  /** Edges that steering named, under their names. */
  #places: readonly Place[] = [];
  /** Addresses by the names that the manifest gives them. */
  #named: ReadonlyMap<string, string> = new Map();
  #playback: Playback | null = null;
  #startAtMs: number | null = null;
  #state: "new" | "running" | "stopped" = "new";
  #startedAt = 0;
  #controlDue = Infinity;
  #tellLatency = false;
  /** The moment for which the wheel has been asked. */
  #armedFor = Infinity;
  /** Since when another edge's media is awaited; null: it is not. */
  #movingSince: number | null = null;
  #starved = false;
  #bytes = 0;
  #objects = 0;

  /** `options` are taken as they are: at least one edge, a payload above 0 and up to 1. @throws TypeError for an edge that is no http address */
  constructor(options: ViewerOptions, context: ViewerContext) {
    const { edges, payload, id, seed, channel, protocol } = options;
    invariant(edges.length > 0 && payload > 0 && payload <= 1, "a viewer has edges and a payload");
    this.options = options;
    this.shared = context.shared;
    this.sink = context.sink;
    const addresses = edges.map((url) => this.shared.edge(url));
    this.#retries = new Retries(addresses, seed);
    const { steering } = options;
    if (steering) this.#places = [{ name: steering.pathway, edge: this.edge }];
    const session = `crowd-${seed.toString(16)}-${id}`;
    this.#session = { session, channel, format: protocol === "hls" ? "h" : "d" };
  }

  /** Plays now: joined, and not standing still. */
  get playing(): boolean {
    return this.#state === "running" && (this.#playback?.playing ?? false);
  }
  get edge(): EdgeAddress {
    return this.#retries.edge;
  }
  get edgeCount(): number {
    return this.#retries.count;
  }
  /** The edge in use by the name that steering gives it, else its address. */
  get where(): string {
    const { edge } = this;
    return this.#places.find((place) => place.edge === edge)?.name ?? edge.url;
  }
  get startAtMs(): number | null {
    return this.#startAtMs;
  }
  get bufferMs(): number {
    return this.#playback?.bufferMs ?? 0;
  }
  get targetMs(): number {
    return this.#playback?.targetMs ?? this.options.targetLatencyMs;
  }

  /** Begins; once. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "running";
    const now = this.shared.clock.monotonic();
    this.#startedAt = now;
    this.#controlDue = now + CONTROL_PERIOD_MS;
    this.#tracks = this.options.protocol === "hls" ? this.#hlsTracks() : this.#dashTracks();
    for (const track of this.#tracks) track.tick(now);
    const { steering } = this.options;
    if (steering) this.#steering = new Steering(this, steering, now);
    this.wakeAt(this.#controlDue);
  }

  /** Ends; idempotent. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.run();
    this.#state = "stopped";
    for (const track of this.#tracks) track.stop();
    this.#steering?.stop();
    if (this.#playback && this.#playback.stalledMs > 0) this.sink.stalled(this.#playback.stalledMs);
    this.#tellReceived();
    this.sink.left();
  }

  wake(now: MonoMs): void {
    if (this.#state !== "running" || now < this.#armedFor) return;
    this.#armedFor = Infinity;
    if (now >= this.#controlDue) this.#control(now);
    for (const track of this.#tracks) track.tick(now);
    this.#steering?.tick(now);
    const steeringDue = this.#steering?.due ?? Infinity;
    this.wakeAt(Math.min(this.#controlDue, steeringDue, ...this.#tracks.map(({ due }) => due)));
  }

  wakeAt(due: number): void {
    if (due >= this.#armedFor || this.#state !== "running") return;
    this.#armedFor = due;
    this.shared.wheel.at(due, this);
  }

  begin(at: { startMs: number; partMs: number; targetMs: number }): void {
    this.#startAtMs ??= at.startMs;
    this.#playback ??= new Playback(at);
  }

  cmcd(what: ConstructorParameters<typeof CmcdQuery>[1]): CmcdQuery | null {
    return this.options.cmcd ? new CmcdQuery(this.#session, what) : null;
  }

  wire(what: { path: string; query: CmcdQuery | null; last: number | null }): string {
    const { prefix, authority } = this.edge;
    const range = what.last === null ? "" : `Range: bytes=0-${what.last}\r\n`;
    return `GET ${prefix}${what.path}${this.#query(what)} HTTP/1.1\r\nHost: ${authority}\r\n${range}\r\n`;
  }

  #query(what: { path: string; query: CmcdQuery | null }): string {
    if (!what.query) return "";
    const starved = this.#starved;
    this.#starved = false;
    const { bufferMs, playing } = this;
    const { bps } = this.rates;
    const text = what.query.with({ bufferMs, bps, starved, startup: !playing });
    return `${what.path.includes("?") ? "&" : "?"}${text}`;
  }

  run(): void {
    const playback = this.#playback;
    if (!playback?.begun) return;
    const now = this.shared.clock.monotonic();
    const before = playback.playing;
    playback.run(this.#buffered(now) ? this.#media.endMs : 0, now);
    if (before && !playback.playing) this.#starved = true;
  }

  arrived(): void {
    const now = this.shared.readAt;
    this.#retries.mended();
    if (this.#movingSince !== null) {
      this.sink.moved(this.where, now - this.#movingSince, "edge-failed");
      this.#movingSince = null;
    }
    if (this.#playback && this.#buffered(now)) this.#play(this.#playback, now);
  }

  #play(playback: Playback, now: MonoMs): void {
    const media = this.#media;
    if (!playback.begun) {
      const moment = { now, utcMs: this.shared.utcAt(now) };
      if (playback.begin(media, this.#startAtMs ?? media.startMs, moment))
        this.sink.joined(now - this.#startedAt);
      return;
    }
    const resumed = playback.extend(media);
    if (!resumed) return;
    this.sink.stalled(resumed.stalledMs);
    if (resumed.skippedMs > 0) this.sink.skipped(resumed.skippedMs);
  }

  /** Notes what all tracks have; false until each has something. */
  #buffered(now: MonoMs): boolean {
    const utcMs = this.shared.utcAt(now);
    const media = this.#media;
    media.startMs = -Infinity;
    media.endMs = Infinity;
    for (const { timeline } of this.#tracks) {
      if (!timeline.begun) return false;
      media.startMs = Math.max(media.startMs, timeline.startMs);
      media.endMs = Math.min(media.endMs, timeline.endAt(utcMs));
    }
    return true;
  }

  count(bytes: number, objects: number): void {
    this.#bytes += bytes;
    this.#objects += objects;
  }

  fault(kind: FaultKind, what: string): void {
    if (this.#state === "running") this.sink.fault(kind, what);
  }

  failed(failure: Failure): number {
    const now = this.shared.clock.monotonic();
    if (this.#state !== "running") return Infinity;
    this.sink.failed(failure.kind, `${failure.edge.url}${failure.path} ${failure.detail}`.trim());
    if (failure.kind === "no-rendition") {
      this.stop();
      return Infinity;
    }
    const { moved, delayMs } = this.#retries.failed(failure, now);
    const notBefore = now + delayMs;
    if (moved) {
      this.#movingSince ??= failure.sinceMs;
      this.rates.forget();
      for (const track of this.#tracks) track.restart(notBefore);
    }
    return notBefore;
  }

  follow(answer: SteeringAnswer): boolean {
    const { channel, edges, steering } = this.options;
    const places = placesOf(answer, {
      known: (name) =>
        (name === steering?.pathway ? edges[0] : null) ?? this.#named.get(name) ?? null,
      edgeOf: (address) => this.shared.edgeOf(address, channel),
    });
    if (places.length === 0) return false;
    this.#places = places;
    // Edges that steering does not name stay behind those that it does: there is always somewhere to go.
    const named = places.map(({ edge }) => edge);
    const others = edges
      .map((url) => this.shared.edge(url))
      .filter((edge) => !named.includes(edge));
    // What is under way is finished where it began; the next request goes to the new edge.
    if (this.#retries.prefer([...named, ...others], this.shared.clock.monotonic()))
      this.sink.moved(this.where, 0, "steered");
    return true;
  }

  asked(outcome: SteeringOutcome, afterMs: number): void {
    if (this.#state !== "running") return;
    this.sink.steered(outcome, afterMs);
    if (this.#steering) this.wakeAt(this.#steering.due);
  }

  #control(now: MonoMs): void {
    this.#controlDue = now + CONTROL_PERIOD_MS;
    this.run();
    const playback = this.#playback;
    this.#tellLatency = !this.#tellLatency;
    if (this.#tellLatency) this.#tellReceived();
    if (!playback?.begun) return;
    const utcMs = this.shared.utcAt(now);
    const skippedMs = playback.control(utcMs);
    if (skippedMs > 0) this.sink.skipped(skippedMs);
    if (this.#tellLatency && playback.playing) this.sink.latency(playback.latencyMs(utcMs));
  }

  #tellReceived(): void {
    if (this.#bytes === 0 && this.#objects === 0) return;
    this.sink.received(this.#bytes, this.#objects);
    this.#bytes = 0;
    this.#objects = 0;
  }

  #dashTracks(): Track[] {
    const { options } = this;
    const parts = options.protocol === "dash-parts";
    const planned = (plan: DashPlan): void => this.#planned(plan, dash);
    const track = (kind: "video" | "audio", leads: boolean): DashTrack =>
      new DashTrack(this, { kind, parts, leads, planned });
    const dash = {
      video: track("video", true),
      audio: options.audio ? track("audio", false) : null,
    };
    return dash.audio ? [dash.video, dash.audio] : [dash.video];
  }

  #planned(plan: DashPlan, dash: { video: DashTrack; audio: DashTrack | null }): void {
    const now = this.shared.clock.monotonic();
    const { video, audio, locations } = plan;
    this.#named = locations;
    if (!video) return;
    const targetMs = this.options.targetLatencyMs;
    this.begin({ startMs: this.shared.utcAt(now) - targetMs, partMs: video.partMs, targetMs });
    const nextMs =
      plan.updatePeriodMs > 0 ? now + Math.max(plan.updatePeriodMs, video.segmentMs) : Infinity;
    dash.video.follow(video, nextMs);
    if (dash.audio && audio) dash.audio.follow(audio, Infinity);
    else if (dash.audio) this.#playWithout(dash.audio);
  }

  #hlsTracks(): Track[] {
    const { options } = this;
    const laddered = (ladder: HlsLadder): void => {
      this.#named = ladder.pathways;
      hls.video.follow(ladder.rungs);
      const { audioPath } = ladder;
      if (hls.audio && audioPath !== null)
        hls.audio.follow([{ id: "audio", bandwidth: ladder.audioBandwidth, path: audioPath }]);
      else if (hls.audio) this.#playWithout(hls.audio);
    };
    const track = (kind: "video" | "audio", leads: boolean): HlsTrack =>
      new HlsTrack(this, { kind, leads, laddered });
    const hls = {
      video: track("video", true),
      audio: options.audio ? track("audio", false) : null,
    };
    return hls.audio ? [hls.video, hls.audio] : [hls.video];
  }

  /** The channel has no sound of its own: pictures alone are all there is. */
  #playWithout(silent: Track): void {
    silent.stop();
    this.#tracks = this.#tracks.filter((track) => track !== silent);
  }
}
