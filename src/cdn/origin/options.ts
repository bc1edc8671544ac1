// What an origin is told, and what it gives back.
import type { Closable } from "#base";

/** The delay from capture to answerable that 99 of 100 parts keep on one machine under load, ms. */
export const ANSWERABLE_DELAY_MS = 150;

/** Options of `startOrigin`: packager and origin of one channel in one process. */
export interface OriginOptions {
  /** 0 takes a free one. */
  port: number;
  /** 127.0.0.1 unless said otherwise. */
  host?: string;
  channel: string;
  /** Name of this process in hop stamps and ETags. Default `origin`. */
  node?: string;
  /**
   * The edges, as base addresses such as `http://127.0.0.1:8091`. They are named in the manifests, the first as the
   * default; with none, manifests have relative addresses and players stay where they got them.
   */
  pathways: { id: string; url: string }[];
  /** The director's steering addresses; null: no steering. */
  steering: { hls: string; dash: string } | null;
  /** Where players learn the time. Null: `/time` of the edge that they play from. */
  timeUrl: string | null;
  /** Base address of telemetry; null: hop stamps are not kept. */
  telemetryUrl: string | null;
  /** How far behind the camera players are asked to stay, ms. */
  targetLatencyMs: number;
  /**
   * The fixed delay from a part's end to its being answerable, ms. Segments are announced this much later, so that no
   * request comes too early: too small costs held requests, too large costs latency at the start of each segment.
   */
  answerableDelayMs?: number;
  /** Whether cues are entered here. Of a channel's origins one numbers them; default true. */
  cues?: boolean;
}

/** A running origin. */
export interface OriginHandle extends Closable {
  /** `http://address:port`; ingest is under `/ingest/`. */
  readonly url: string;
}
