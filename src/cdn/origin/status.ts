// What the origin shows of itself: `GET /status` for people and the control room, `GET /metrics` for Prometheus.
import type { Clock } from "#base/clock";
import type { HttpReply, HttpServer } from "#http";
import { partEnd, type Position } from "#media/grid";
import type { PartStore } from "#packager";
import { PROTOCOL_VERSION } from "#protocol";
import { type HopReporter, type Metrics, metricsOf } from "#telemetry";
import { headOf } from "./answers.ts";
import type { OriginCues, OriginCueStatus } from "./cues/originCues.ts";
import type { GrowingSegments } from "./growth.ts";
import type { Holds } from "./holds.ts";
import type { Manifests } from "./manifests.ts";
import type { MediaPlaylists } from "./mediaPlaylists.ts";

/** What is looked at. */
export interface StatusSources {
  node: string;
  store: PartStore;
  manifests: Manifests;
  playlists: MediaPlaylists;
  holds: Holds;
  growing: GrowingSegments;
  cues: OriginCues;
  reporter: HopReporter;
  /** Counters of ingest, by name. */
  ingest: () => Readonly<Record<string, number>>;
  /** Null until it listens. */
  server: () => HttpServer | null;
  clock: Clock;
}

/** One rendition in `GET /status`. */
export interface RenditionStatus {
  rendition: string;
  kind: "video" | "audio" | "text";
  codec: string;
  bandwidth: number;
  averageBandwidth: number;
  newest: Position | null;
  oldestSegment: number | null;
  /** Since the newest part's last frame was captured, ms; null without a part. */
  behindMs: number | null;
}

/** The body of `GET /status`. */
export interface OriginStatusBody {
  v: typeof PROTOCOL_VERSION;
  role: "origin";
  node: string;
  channel: string;
  /** Whether players find a playlist and an MPD. */
  ready: boolean;
  renditions: RenditionStatus[];
  window: { bytes: number; parts: number; gaps: number; evictedSegments: number };
  holds: Holds["counters"];
  growingReaders: number;
  playlists: MediaPlaylists["counters"];
  cues: OriginCueStatus;
  ingest: Readonly<Record<string, number>>;
  http: { requests: number; bytesOut: number; connections: number };
  hops: { sent: number; dropped: number };
}

/** Reads the sources when asked. */
export class OriginStatus {
  readonly #sources: StatusSources;
  readonly #metrics: Metrics;

  constructor(sources: StatusSources) {
    this.#sources = sources;
    this.#metrics = metricsOf("origin", {
      counters: () => this.#counters(),
      gauges: () => this.#gauges(),
    });
  }

  /** The body of `GET /status`. */
  status(): OriginStatusBody {
    const { node, store, manifests, playlists, holds, growing, reporter } = this.#sources;
    const { parts, gaps, evictedSegments } = store.counters;
    return {
      v: PROTOCOL_VERSION,
      role: "origin",
      node,
      channel: store.channel,
      ready: manifests.ready,
      renditions: this.#renditions(),
      window: { bytes: store.bytes, parts, gaps, evictedSegments },
      holds: { ...holds.counters },
      growingReaders: growing.readers,
      playlists: { ...playlists.counters },
      cues: this.#sources.cues.status,
      ingest: this.#sources.ingest(),
      http: this.#http(),
      hops: { ...reporter.counters },
    };
  }

  /** Answers `GET /metrics`. */
  async metrics(reply: HttpReply): Promise<void> {
    const text = await this.#metrics.text();
    reply.send(200, headOf({ type: this.#metrics.contentType, lifetime: "none" }), text);
  }

  #renditions(): RenditionStatus[] {
    const { store, clock } = this.#sources;
    const now = clock.utc();
    return store.tracks().map(({ rendition, kind, codec, bandwidth, averageBandwidth }) => {
      const newest = store.newest(rendition);
      return {
        rendition,
        kind,
        codec,
        bandwidth,
        averageBandwidth,
        newest,
        oldestSegment: store.oldestSegment(rendition),
        behindMs: newest && Math.round(now - partEnd(store.grid, newest)),
      };
    });
  }

  #http(): OriginStatusBody["http"] {
    const counters = this.#sources.server()?.counters;
    const { requests = 0, bytesOut = 0, connections = 0 } = counters ?? {};
    return { requests, bytesOut, connections };
  }

  #counters(): Record<string, number> {
    const { store, playlists, holds, reporter, ingest } = this.#sources;
    const { requests, bytesOut } = this.#http();
    const cues = this.#sources.cues.status;
    const refused = Object.entries(cues.refused).map(([name, value]) => [
      capital("cuesRefused", name),
      value,
    ]);
    const ingested = Object.entries(ingest()).map(([name, value]) => [
      capital("ingest", name),
      value,
    ]);
    return {
      requests,
      bytesOut,
      ...store.counters,
      playlistsRendered: playlists.counters.rendered,
      playlistsAnswered: playlists.counters.answered,
      held: holds.counters.total,
      heldTooLong: holds.counters.tooLong,
      heldTooMany: holds.counters.tooMany,
      hopsSent: reporter.counters.sent,
      hopsDropped: reporter.counters.dropped,
      cuesEntered: cues.entered,
      cuesHeld: cues.holds.total,
      cuesHeldTooMany: cues.holds.tooMany,
      ...Object.fromEntries(refused),
      ...Object.fromEntries(ingested),
    };
  }

  #gauges(): Record<string, number> {
    const { store, holds, growing, manifests, cues } = this.#sources;
    return {
      connections: this.#http().connections,
      renditions: store.tracks().length,
      windowBytes: store.bytes,
      heldNow: holds.counters.held,
      growingReaders: growing.readers,
      cuesHeldNow: cues.status.holds.held,
      ready: manifests.ready ? 1 : 0,
    };
  }
}

const capital = (prefix: string, name: string): string =>
  prefix + name.charAt(0).toUpperCase() + name.slice(1);
