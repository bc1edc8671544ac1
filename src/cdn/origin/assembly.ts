// The origin's rooms put together around one part store. It neither listens nor takes media in: origin.ts does.
import type { Closable } from "#base";
import { Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { Handler, HttpServer } from "#http";
import { type PartStore, stampHops } from "#packager";
import { HopReporter } from "#telemetry";
import { OriginCues } from "./cues/originCues.ts";
import { GrowingSegments } from "./growth.ts";
import { Holds } from "./holds.ts";
import { Manifests } from "./manifests.ts";
import { MediaObjects } from "./mediaObjects.ts";
import { MediaPlaylists, targetDurationS } from "./mediaPlaylists.ts";
import { ANSWERABLE_DELAY_MS, type OriginOptions } from "./options.ts";
import { originHandler } from "./routes.ts";
import { OriginStatus } from "./status.ts";

/** What the origin stands on. */
export interface Foundations {
  store: PartStore;
  /** Answers `/ingest/…`. */
  ingest: Handler;
  /** Counters of ingest, by name. */
  ingestCounters: () => Readonly<Record<string, number>>;
  /** Null until it listens. */
  server: () => HttpServer | null;
  /** Requests held at once; a limit of this room unless said otherwise. */
  heldLimit?: number;
}

/** An origin that answers; `close` lets go of everything that it holds and reads. */
export interface AssembledOrigin extends Closable {
  handler: Handler;
}

/** Puts the origin of `store` together. */
export function assembleOrigin(
  foundations: Foundations,
  options: OriginOptions,
  context: { clock: Clock; log: Log },
): AssembledOrigin {
  const { clock } = context;
  const { store } = foundations;
  const node = options.node ?? "origin";
  const scope = new Scope();
  const reporter = scope.own(new HopReporter({ url: options.telemetryUrl }, context));
  // Before the other listeners, so that their work is not counted as the packager's.
  scope.defer(stampHops(store, { node, stamp: (hop) => reporter.stamp(hop) }, { clock }));
  const growing = scope.own(new GrowingSegments(store, clock));
  const holds = new Holds(store, targetDurationS(store.grid), foundations.heldLimit);
  const playlists = new MediaPlaylists({ store, holds, clock });
  const answerableDelayMs = options.answerableDelayMs ?? ANSWERABLE_DELAY_MS;
  const manifests = new Manifests(store, { ...options, answerableDelayMs }, context);
  // Each run of an origin is a source of its own: after a restart the same name may stand for other bytes.
  const source = `${node}-${Math.floor(clock.utc()).toString(36)}`;
  const objects = new MediaObjects({ store, holds, growing, node, source });
  const numbers = options.cues ?? true;
  const cues = scope.own(new OriginCues({ channel: options.channel, source, numbers }, context));
  const status = new OriginStatus({
    ...{ node, store, cues, manifests, playlists, holds, growing, reporter, clock },
    ingest: foundations.ingestCounters,
    server: foundations.server,
  });
  scope.defer(store.onPart(() => manifests.watch()));
  const { channel } = options;
  const { ingest } = foundations;
  const handler = originHandler({
    ...{ channel, ingest, cues, manifests, playlists, objects, status, clock },
  });
  return { handler, close: () => scope.close() };
}
