// One track of a viewer of low-latency HLS: its playlist, asked for again and again and held until the next part is there;
// beside it the parts, the one that is hinted at asked for ahead (rfc8216bis 6.2.5, 6.3.8).
import type { CmafTrack } from "#media/cmaf";
import type { CmcdQuery } from "./cmcd.ts";
import { DocumentIntake } from "./documentIntake.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import type { HlsLadder, HlsRung } from "./hlsLadder.ts";
import type { HlsList, HlsPart } from "./hlsList.ts";
import type { Host, Track } from "./host.ts";
import { Lane } from "./lane.ts";
import { JUMP_BEYOND_MS, PASS_AFTER_MS, STATUS_TRIES } from "./limits.ts";
import { MediaIntake } from "./mediaIntake.ts";
import type { ViewerErrorKind } from "./reasons.ts";
import { RungChoice } from "./rungChoice.ts";
import { Timeline } from "./timeline.ts";

export interface HlsTrackSettings {
  readonly kind: "video" | "audio";
  /** The one that asks for the multivariant playlist. */
  readonly leads: boolean;
  /** Hands it to all tracks. */
  readonly laddered: (ladder: HlsLadder) => void;
}

/** A request under way on one of the two lanes. */
interface Asked {
  readonly path: string;
  readonly edge: EdgeAddress;
}

export class HlsTrack implements Track {
  readonly timeline: Timeline;
  readonly #host: Host;
  readonly #settings: HlsTrackSettings;
  readonly #listLane: Lane;
  readonly #mediaLane: Lane;
  readonly #listIntake: DocumentIntake;
  readonly #headerIntake: DocumentIntake;
  readonly #media: MediaIntake;
  readonly #choice: RungChoice;
  #rungs: readonly HlsRung[] | null = null;
  #rung: HlsRung | null = null;
  #list: HlsList | null = null;
  #listAsked: Asked;
  #listAskedAt = -Infinity;
  /** The list that the next one must go beyond was read from this rung. */
  #listRung: HlsRung | null = null;
  #headerPath = "";
  #header: CmafTrack | null = null;
  #mediaQuery: CmcdQuery | null = null;
  #listQuery: CmcdQuery | null = null;
  #mediaAsked: Asked;
  /** The part that is wanted next, or under way; null before the first. */
  #wanted: { segment: number; part: number } | null = null;
  #underWay: HlsPart | null = null;
  #again = false;
  #first = true;
  /** Answers with an error in a row. */
  #tries = 0;
  #notBefore = -Infinity;

  constructor(host: Host, settings: HlsTrackSettings) {
    const { options, shared } = host;
    this.#host = host;
    this.#settings = settings;
    this.#listAsked = { path: "", edge: host.edge };
    this.#mediaAsked = this.#listAsked;
    this.timeline = new Timeline((kind, what) =>
      host.fault(kind, `${this.#mediaAsked.path}: ${what}`),
    );
    this.#listLane = new Lane(shared, options.localAddress);
    this.#mediaLane = new Lane(shared, options.localAddress);
    const now = (): number => shared.readAt;
    const listFailed = (kind: ViewerErrorKind, since: number, detail: string): void =>
      this.#failed(this.#listAsked, kind, since, detail);
    const mediaFailed = (kind: ViewerErrorKind, since: number, detail: string): void =>
      this.#failed(this.#mediaAsked, kind, since, detail);
    this.#listIntake = new DocumentIntake(
      { document: (bytes) => this.#document(bytes), documentFailed: listFailed },
      now,
    );
    this.#headerIntake = new DocumentIntake(
      { document: (bytes) => this.#headerCame(bytes), documentFailed: mediaFailed },
      now,
    );
    this.#media = new MediaIntake(host, this.timeline, {
      objectDone: () => this.#partCame(),
      objectFailed: (kind, since, detail) => this.#partFailed(kind, since, detail),
    });
    this.#choice = new RungChoice(settings.kind === "video" ? options.rendition : "lowest");
  }

  /** The ladder has come, to this track or another: these are its rungs. */
  follow(rungs: readonly HlsRung[]): void {
    this.#rungs = rungs;
    if (!this.#listLane.busy) this.#nextList(this.#host.shared.clock.monotonic());
  }

  get due(): number {
    return Math.min(this.#listLane.due, this.#mediaLane.due);
  }

  tick(now: number): void {
    this.#listLane.check(now);
    this.#mediaLane.check(now);
    if (!this.#listLane.busy) this.#nextList(now);
    if (!this.#mediaLane.busy) this.#nextPart(now);
  }

  restart(notBefore: number): void {
    this.#listLane.drop();
    this.#mediaLane.drop();
    this.#again = true;
    this.#notBefore = notBefore;
    this.#host.wakeAt(notBefore);
  }

  stop(): void {
    this.#listLane.drop();
    this.#mediaLane.drop();
  }

  #nextList(now: number): void {
    if (now < this.#notBefore) return this.#host.wakeAt(this.#notBefore);
    if (!this.#rungs) {
      if (this.#settings.leads) this.#askList(`/${this.#host.options.channel}/main.m3u8`);
      return;
    }
    const list = this.#list;
    if (!list || list.nextPart === 0) {
      if (!this.#chooseRung(this.#rungs, now)) return;
    }
    const { path } = this.#rung as HlsRung;
    if (!list) return this.#askList(path);
    const join = path.includes("?") ? "&" : "?";
    this.#askList(`${path}${join}_HLS_msn=${list.nextSegment}&_HLS_part=${list.nextPart}`);
  }

  #askList(path: string): void {
    const { edge } = this.#host;
    this.#listAsked = { path, edge };
    this.#listAskedAt = this.#host.shared.clock.monotonic();
    this.#listQuery ??= this.#host.cmcd({ object: "m", bandwidth: null, durationMs: null });
    const wire = this.#host.wire({ path, query: this.#listQuery, last: null });
    this.#listLane.ask({ edge, wire, sink: this.#listIntake });
  }

  /** A multivariant or a media playlist. */
  #document(bytes: Buffer): void {
    const { shared } = this.#host;
    this.#host.count(bytes.length, 1);
    if (!this.#rungs) {
      const ladder = shared.ladders.of(this.#listAsked.path, bytes);
      if (ladder) return this.#settings.laddered(ladder);
      return this.#failed(this.#listAsked, "bad-manifest", shared.readAt, "");
    }
    const [path] = this.#listAsked.path.split("?_HLS", 1) as [string];
    const list = shared.playlists.of(path, bytes);
    if (!list) return this.#failed(this.#listAsked, "bad-manifest", shared.readAt, "");
    const before = this.#list;
    this.#list = list;
    this.#listRung = this.#rung;
    const now = shared.clock.monotonic();
    const news = before?.nextSegment !== list.nextSegment || before.nextPart !== list.nextPart;
    // A server that answers before there is news would be asked without end.
    if (!news)
      this.#notBefore = Math.max(this.#notBefore, this.#listAskedAt + list.partTargetMs / 2);
    this.#nextList(now);
    if (!this.#mediaLane.busy) this.#nextPart(now);
  }

  #chooseRung(rungs: readonly HlsRung[], now: number): boolean {
    const { rates, bufferMs, targetMs, sink } = this.#host;
    const chosen = this.#choice.choose(rungs, { now, bufferMs, targetMs, bps: rates.bps });
    if (!chosen) {
      const { edge, options } = this.#host;
      this.#failed({ path: options.rendition, edge }, "no-rendition", now, "");
      return false;
    }
    if (chosen === this.#rung) return true;
    if (this.#rung && this.#rung.id !== chosen.id) sink.switched(this.#rung.id, chosen.id);
    this.#rung = chosen;
    return true;
  }

  #nextPart(now: number): void {
    const list = this.#list;
    if (!list) return;
    if (now < this.#notBefore) return this.#host.wakeAt(this.#notBefore);
    const part = this.#choosePart(list);
    if (!part) return;
    if (this.#headerPath !== list.initPath || !this.#header) return this.#askHeader(list);
    if (part.gap) return this.#pass(part, now);
    this.#askPart(list, part, this.#header);
  }

  /** The first part that is wanted and may be asked for. */
  #choosePart(list: HlsList): HlsPart | null {
    const utcMs = this.#host.shared.utcAt(this.#host.shared.clock.monotonic());
    const { targetMs } = this.#host;
    if (!this.#wanted) return this.#enter(list, utcMs);
    const found = this.#find(list, this.#wanted);
    if (!found || found.startMs >= utcMs - targetMs - JUMP_BEYOND_MS) return found;
    // Too far behind for a rate to mend: it begins anew, near the end.
    const entered = entryOf(list, utcMs - targetMs);
    if (!entered || entered.startMs <= found.startMs) return found;
    this.#host.run();
    this.timeline.clear();
    this.#wanted = entered;
    this.#first = true;
    return entered;
  }

  #enter(list: HlsList, utcMs: number): HlsPart | null {
    const targetMs = Math.max(this.#host.targetMs, list.holdBackMs + list.partTargetMs);
    const wantedMs = Math.min(utcMs - targetMs, list.endMs - list.holdBackMs);
    const startMs = this.#host.startAtMs ?? wantedMs;
    const entered = entryOf(list, startMs);
    if (!entered) return null;
    this.#host.begin({ startMs, partMs: list.partTargetMs, targetMs });
    this.#wanted = entered;
    return entered;
  }

  #find(list: HlsList, wanted: { segment: number; part: number }): HlsPart | null {
    let found: HlsPart | null = null;
    for (let index = list.parts.length - 1; index >= 0; index -= 1) {
      const listed = list.parts[index] as HlsPart;
      if (!notBefore(listed, wanted)) break;
      found = listed;
    }
    if (found) return found;
    const hinted = { segment: list.nextSegment, part: list.nextPart };
    // At a segment's start the next list may be another rung's: then its own hint counts.
    const switching = this.#listRung !== this.#rung;
    if (list.hintPath === null || switching || !notBefore(hinted, wanted)) return null;
    return {
      ...hinted,
      path: list.hintPath,
      independent: false,
      gap: false,
      startMs: list.endMs,
      durationMs: list.partTargetMs,
    };
  }

  #askHeader(list: HlsList): void {
    const { edge } = this.#host;
    const rung = this.#rung as HlsRung;
    this.#mediaAsked = { path: list.initPath, edge };
    const { bandwidth } = rung;
    const query = this.#host.cmcd({ object: "i", bandwidth, durationMs: null });
    const wire = this.#host.wire({ path: list.initPath, query, last: null });
    this.#mediaLane.ask({ edge, wire, sink: this.#headerIntake });
  }

  #headerCame(bytes: Buffer): void {
    const { shared } = this.#host;
    const { path } = this.#mediaAsked;
    const header = shared.headers.of(path, bytes);
    this.#host.count(bytes.length, 1);
    if (!header) return this.#failed(this.#mediaAsked, "bad-init", shared.readAt, "");
    this.#header = header;
    this.#headerPath = path;
    this.#mediaQuery = this.#host.cmcd({
      object: this.#settings.kind === "video" ? "v" : "a",
      bandwidth: (this.#rung as HlsRung).bandwidth,
      durationMs: this.#list?.partTargetMs ?? null,
    });
    // Media time is capture time: PROGRAM-DATE-TIME says the same.
    this.timeline.track(header.timescale, 0);
    this.#nextPart(shared.readAt);
  }

  #askPart(list: HlsList, part: HlsPart, header: CmafTrack): void {
    const { edge, options } = this.#host;
    const bytes = ((this.#rung as HlsRung).bandwidth * part.durationMs) / 8_000;
    const last = options.payload < 1 ? Math.max(0, Math.floor(bytes * options.payload) - 1) : null;
    this.#mediaAsked = { path: part.path, edge };
    this.#underWay = part;
    this.#wanted = { segment: part.segment, part: part.part };
    this.#media.begin({
      path: part.path,
      startMs: part.startMs,
      endMs: part.startMs + part.durationMs,
      again: this.#again,
      independent: this.#first || part.independent,
      defaults: header.defaults,
      last,
      lagMs: null,
    });
    const wire = this.#host.wire({ path: part.path, query: this.#mediaQuery, last });
    this.#mediaLane.ask({ edge, wire, sink: this.#media });
  }

  #partCame(): void {
    this.#tries = 0;
    this.#again = false;
    this.#first = false;
    this.#advance();
    this.#nextPart(this.#host.shared.readAt);
  }

  #advance(): void {
    const { segment, part } = this.#underWay as HlsPart;
    this.#wanted = { segment, part: part + 1 };
  }

  /** A part that is declared missing, or that no edge has. */
  #pass(part: HlsPart, now: number): void {
    this.#underWay = part;
    this.#tries = 0;
    if (this.timeline.begun) this.#host.fault("gap", `${part.path}: missing`);
    this.timeline.pass({ startMs: part.startMs, endMs: part.startMs + part.durationMs });
    this.#advance();
    this.#nextPart(now);
  }

  #partFailed(kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#again = true;
    const part = this.#underWay as HlsPart;
    this.#failed(this.#mediaAsked, kind, sinceMs, detail);
    const { shared, edgeCount } = this.#host;
    const lateMs = shared.utcAt(shared.clock.monotonic()) - part.startMs - part.durationMs;
    const asked = this.#tries >= STATUS_TRIES * Math.min(edgeCount, 2);
    if (asked && lateMs >= PASS_AFTER_MS) this.#pass(part, shared.readAt);
  }

  #failed(asked: Asked, kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#tries = kind === "status" ? this.#tries + 1 : 0;
    this.#notBefore = this.#host.failed({ ...asked, kind, detail, sinceMs, tries: this.#tries });
    this.#host.wakeAt(this.#notBefore);
  }
}

/** Whether a part lies at or behind a place. */
const notBefore = (
  one: { segment: number; part: number },
  place: { segment: number; part: number },
): boolean =>
  one.segment > place.segment || (one.segment === place.segment && one.part >= place.part);

/** The last part from which decoding can begin so that `wantedMs` can be shown; the first such part when none is so old. */
function entryOf(list: HlsList, wantedMs: number): HlsPart | null {
  const entries = list.parts.filter(({ independent, gap }) => independent && !gap);
  return entries.findLast(({ startMs }) => startMs <= wantedMs) ?? entries[0] ?? null;
}
