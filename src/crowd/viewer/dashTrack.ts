// One track of a viewer of low-latency DASH: a manifest now and then, a header for each rung, and segments or their parts at
// the moments that the manifest tells.
import type { CmafTrack } from "#media/cmaf";
import type { CmcdQuery } from "./cmcd.ts";
import {
  type DashPlan,
  type DashRung,
  type DashTrackPlan,
  mediaPath,
  segmentAt,
  segmentStartMs,
} from "./dashPlan.ts";
import { DocumentIntake } from "./documentIntake.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import type { Host, Track } from "./host.ts";
import { Lane } from "./lane.ts";
import { JUMP_BEYOND_MS, PASS_AFTER_MS, STATUS_TRIES } from "./limits.ts";
import { MediaIntake, type MediaObject } from "./mediaIntake.ts";
import type { ViewerErrorKind } from "./reasons.ts";
import { RungChoice } from "./rungChoice.ts";
import { Timeline } from "./timeline.ts";

type Asking = "manifest" | "header" | "media";

/** What the tracks of one viewer are told together. */
export interface DashTrackSettings {
  readonly kind: "video" | "audio";
  readonly parts: boolean;
  /** The one that asks for the manifest. */
  readonly leads: boolean;
  /** Hands a manifest to all tracks. */
  readonly planned: (plan: DashPlan) => void;
}

export class DashTrack implements Track {
  readonly timeline: Timeline;
  readonly #host: Host;
  readonly #settings: DashTrackSettings;
  readonly #lane: Lane;
  readonly #documents: DocumentIntake;
  readonly #media: MediaIntake;
  readonly #choice: RungChoice;
  #plan: DashTrackPlan | null = null;
  #manifestDue = -Infinity;
  #rung: DashRung | null = null;
  #header: CmafTrack | null = null;
  #query: CmcdQuery | null = null;
  /** What is asked for next, or now. */
  #segment = -1;
  #part = 0;
  /** It is asked for again: some of it may be there. */
  #again = false;
  #first = true;
  /** Answers with an error in a row. */
  #tries = 0;
  #notBefore = -Infinity;
  #asking: Asking | null = null;
  #askedPath = "";
  #askedEdge: EdgeAddress;

  constructor(host: Host, settings: DashTrackSettings) {
    const { options, shared } = host;
    this.#host = host;
    this.#settings = settings;
    this.#askedEdge = host.edge;
    this.timeline = new Timeline((kind, what) => host.fault(kind, `${this.#askedPath}: ${what}`));
    this.#lane = new Lane(shared, options.localAddress);
    this.#documents = new DocumentIntake(
      {
        document: (bytes) => this.#document(bytes),
        documentFailed: (kind, since, detail) => this.#failed(kind, since, detail),
      },
      () => shared.readAt,
    );
    this.#media = new MediaIntake(host, this.timeline, {
      objectDone: () => this.#objectDone(),
      objectFailed: (kind, since, detail) => this.#objectFailed(kind, since, detail),
    });
    this.#choice = new RungChoice(settings.kind === "video" ? options.rendition : "lowest");
  }

  /** A manifest has come, to this track or another. */
  follow(plan: DashTrackPlan, nextManifestMs: number): void {
    this.#plan = plan;
    this.#manifestDue = this.#settings.leads ? nextManifestMs : Infinity;
    const rung = this.#rung;
    if (
      rung &&
      !plan.rungs.some(({ id, initPath }) => id === rung.id && initPath === rung.initPath)
    )
      this.#rung = null;
    if (!this.#lane.busy) this.#next(this.#host.shared.clock.monotonic());
  }

  get due(): number {
    return this.#lane.due;
  }

  tick(now: number): void {
    this.#lane.check(now);
    if (!this.#lane.busy) this.#next(now);
  }

  restart(notBefore: number): void {
    this.#lane.drop();
    this.#again = this.#asking === "media";
    this.#asking = null;
    this.#notBefore = notBefore;
    this.#host.wakeAt(notBefore);
  }

  stop(): void {
    this.#lane.drop();
  }

  /** Asks for what is due; else sees to it that it is looked at again. */
  #next(now: number): void {
    if (now < this.#notBefore) return this.#host.wakeAt(this.#notBefore);
    if (this.#settings.leads && (!this.#plan || now >= this.#manifestDue))
      return this.#askManifest();
    const plan = this.#plan;
    if (!plan) return;
    const utcMs = this.#host.shared.utcAt(this.#host.shared.clock.monotonic());
    this.#place(plan, utcMs);
    if (!this.#chooseRung(plan, now)) return;
    if (!this.#header) return this.#askHeader();
    const wait = this.#startMs(plan) + plan.availableAfterMs - utcMs;
    if (wait > 0) this.#host.wakeAt(now + wait);
    else this.#askMedia(plan, utcMs);
  }

  /** Where to begin, and where to go on when the media has gone too far ahead. */
  #place(plan: DashTrackPlan, utcMs: number): void {
    const startAtMs = this.#host.startAtMs ?? utcMs - this.#host.targetMs;
    if (this.#segment < 0) return this.#enter(plan, startAtMs, utcMs);
    const endMs = this.#startMs(plan) + this.#durationMs(plan);
    if (endMs >= utcMs - this.#host.targetMs - JUMP_BEYOND_MS) return;
    this.#host.run();
    this.timeline.clear();
    this.#enter(plan, utcMs - this.#host.targetMs, utcMs);
  }

  /** The object to begin with so that `wantedMs` can be shown: from a point where decoding can begin. */
  #enter(plan: DashTrackPlan, wantedMs: number, utcMs: number): void {
    const newest = segmentAt(plan, utcMs - plan.availableAfterMs);
    this.#segment = Math.min(segmentAt(plan, wantedMs), newest);
    const into = (wantedMs - segmentStartMs(plan, this.#segment)) / plan.partMs;
    const part = Math.min(Math.max(0, Math.floor(into)), plan.partsPerSegment - 1);
    this.#part = this.#settings.parts ? part - (part % plan.independentParts) : 0;
    this.#first = true;
    this.#again = false;
  }

  /** At a segment's start another rung may be taken. False when the rung that is wanted is not there. */
  #chooseRung(plan: DashTrackPlan, now: number): boolean {
    if (this.#rung && (this.#part > 0 || this.#again)) return true;
    const { rates, bufferMs, targetMs, sink } = this.#host;
    const chosen = this.#choice.choose(plan.rungs, { now, bufferMs, targetMs, bps: rates.bps });
    if (!chosen) {
      this.#askedPath = this.#host.options.rendition;
      this.#failed("no-rendition", now, "");
      return false;
    }
    if (chosen === this.#rung) return true;
    if (this.#rung && this.#rung.id !== chosen.id) sink.switched(this.#rung.id, chosen.id);
    if (this.#rung?.initPath !== chosen.initPath) this.#header = null;
    this.#rung = chosen;
    this.#query = this.#host.cmcd({
      object: this.#settings.kind === "video" ? "v" : "a",
      bandwidth: chosen.bandwidth,
      durationMs: this.#durationMs(plan),
    });
    return true;
  }

  #askManifest(): void {
    const { options } = this.#host;
    const query = this.#host.cmcd({ object: "m", bandwidth: null, durationMs: null });
    this.#ask("manifest", { path: `/${options.channel}/live.mpd`, query, last: null });
  }

  #askHeader(): void {
    const rung = this.#rung as DashRung;
    const query = this.#host.cmcd({ object: "i", bandwidth: rung.bandwidth, durationMs: null });
    this.#ask("header", { path: rung.initPath, query, last: null });
  }

  #askMedia(plan: DashTrackPlan, utcMs: number): void {
    const rung = this.#rung as DashRung;
    const { parts } = this.#settings;
    const object = this.#objectOf(plan, rung, utcMs);
    this.#media.begin(object);
    this.#ask("media", {
      path: mediaPath(rung, this.#segment, parts ? this.#part : null),
      query: this.#query,
      last: object.last,
    });
  }

  #objectOf(plan: DashTrackPlan, rung: DashRung, utcMs: number): MediaObject {
    const { payload } = this.#host.options;
    const startMs = this.#startMs(plan);
    const durationMs = this.#durationMs(plan);
    const bytes = (rung.bandwidth * durationMs) / 8_000;
    const growing = !this.#settings.parts && startMs + durationMs > utcMs - plan.availableAfterMs;
    return {
      path: mediaPath(rung, this.#segment, this.#settings.parts ? this.#part : null),
      startMs,
      endMs: startMs + durationMs,
      again: this.#again,
      independent: this.#first || (this.#part === 0 && !this.#again),
      defaults: (this.#header as CmafTrack).defaults,
      last: payload < 1 ? Math.max(0, Math.floor(bytes * payload) - 1) : null,
      lagMs: growing ? plan.availableAfterMs - plan.partMs : null,
    };
  }

  #ask(asking: Asking, what: { path: string; query: CmcdQuery | null; last: number | null }): void {
    const { edge } = this.#host;
    this.#asking = asking;
    this.#askedPath = what.path;
    this.#askedEdge = edge;
    const sink = asking === "media" ? this.#media : this.#documents;
    this.#lane.ask({ edge, wire: this.#host.wire(what), sink });
  }

  #document(bytes: Buffer): void {
    const { shared } = this.#host;
    const now = shared.readAt;
    this.#host.count(bytes.length, 1);
    if (this.#asking === "manifest") {
      const plan = shared.manifests.of(this.#askedPath, bytes);
      if (!plan?.[this.#settings.kind]) return this.#failed("bad-manifest", now, "");
      this.#asking = null;
      return this.#settings.planned(plan);
    }
    const header = shared.headers.of(this.#askedPath, bytes);
    if (!header || !this.#plan) return this.#failed("bad-init", now, "");
    this.#asking = null;
    this.#header = header;
    this.timeline.track(header.timescale, this.#plan.zeroMs);
    this.#next(now);
  }

  #objectDone(): void {
    this.#tries = 0;
    this.#again = false;
    this.#first = false;
    this.#advance();
    this.#next(this.#host.shared.readAt);
  }

  #advance(): void {
    const plan = this.#plan as DashTrackPlan;
    this.#part += 1;
    if (this.#settings.parts && this.#part < plan.partsPerSegment) return;
    this.#part = 0;
    this.#segment += 1;
  }

  #objectFailed(kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#again = true;
    this.#failed(kind, sinceMs, detail);
    // Media that no edge has is passed over, once what follows it is due.
    const { shared } = this.#host;
    const plan = this.#plan as DashTrackPlan;
    const dueMs = this.#startMs(plan) + plan.availableAfterMs;
    const lateMs = shared.utcAt(shared.clock.monotonic()) - dueMs;
    const asked = this.#tries >= STATUS_TRIES * Math.min(this.#host.edgeCount, 2);
    if (asked && lateMs >= Math.max(this.#durationMs(plan), PASS_AFTER_MS)) this.#pass(plan);
  }

  #pass(plan: DashTrackPlan): void {
    const startMs = this.#startMs(plan);
    // A channel that is younger than the target has nothing to begin with there.
    if (this.timeline.begun) this.#host.fault("gap", `${this.#askedPath}: no edge has it`);
    this.timeline.pass({ startMs, endMs: startMs + this.#durationMs(plan) });
    this.#advance();
    this.#tries = 0;
    this.#again = false;
  }

  #failed(kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#tries = kind === "status" ? this.#tries + 1 : 0;
    const { tries, host, edge, path } = {
      ...{ tries: this.#tries, host: this.#host },
      ...{ edge: this.#askedEdge, path: this.#askedPath },
    };
    this.#notBefore = host.failed({ kind, edge, path, detail, sinceMs, tries });
    host.wakeAt(this.#notBefore);
  }

  #startMs(plan: DashTrackPlan): number {
    return segmentStartMs(plan, this.#segment) + this.#part * plan.partMs;
  }

  #durationMs(plan: DashTrackPlan): number {
    return this.#settings.parts ? plan.partMs : plan.segmentMs;
  }
}
