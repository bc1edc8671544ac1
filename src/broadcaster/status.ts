// What the broadcaster shows of itself: GET /status and GET /metrics.
import type { Closable } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { controlServer } from "#control";
import { PROTOCOL_VERSION } from "#protocol";
import { metricsOf, type Readings } from "#telemetry";
import type { Channel, Rendition, TextRendition } from "./channel.ts";
import type { Ladder } from "./ladder.ts";
import type { Source } from "./source/source.ts";

/** What the status is about. */
export interface StatusSubject {
  readonly channel: Channel;
  readonly source: Source;
  readonly ladder: Ladder;
  readonly id: string;
  readonly profile: string;
  readonly contributionDelayMs: number;
}

/** The answer to `GET /status`. Delays in ms. */
export function statusOf(subject: StatusSubject, clock: Clock) {
  const { channel, source, ladder } = subject;
  const { captureIs, ...shown } = source.status;
  return {
    v: PROTOCOL_VERSION,
    at: clock.utc(),
    channel: subject.id,
    profile: subject.profile,
    fps: ladder.fps,
    captureIs,
    contributionDelayMs: captureIs === "camera" ? 0 : subject.contributionDelayMs,
    source: shown,
    encoders: [channel.video.status, channel.audio.status],
    counters: channel.counters,
    renditions: channel.renditions.map((rendition) => renditionStatus(rendition, ladder)),
    /** Apart from them: pictures and sound do not wait for text, and nor does a verdict. */
    texts: channel.texts.map(textStatus),
  };
}

/** What `GET /status` answers. */
export type BroadcasterStatus = ReturnType<typeof statusOf>;

function renditionStatus({ track, push }: Rendition, ladder: Ladder) {
  const { name, kind } = track.shape;
  const rung = ladder.rungs.find((candidate) => candidate.name === name);
  return {
    name,
    kind,
    size: rung ? `${rung.width}x${rung.height}` : null,
    kbps: rung?.kbps ?? ladder.audio.kbps,
    newest: track.newest,
    /** From capture to the bytes that leave the encoder. */
    encodeMs: track.delays.spread,
    ...track.counters,
    ingest: { connected: push.connected, ...push.counters, lastError: push.lastError },
  };
}

function textStatus({ track, push }: TextRendition) {
  const ingest = { connected: push.connected, ...push.counters, lastError: push.lastError };
  return { name: track.name, newest: track.newest, ...track.counters, ingest };
}

function countersOf({ channel, source }: StatusSubject): Readings {
  const sum = (read: (rendition: Rendition) => number): number =>
    channel.renditions.reduce((total, rendition) => total + read(rendition), 0);
  const { duplicated, dropped, slate, retries, soundMoved, soundSilence } = source.status.counters;
  return {
    frames: channel.counters.frames,
    framesRepeated: channel.counters.repeated,
    clockJumps: channel.counters.jumps,
    framesDuplicated: duplicated,
    framesDropped: dropped,
    framesSlate: slate,
    sourceRetries: retries,
    soundSamplesMoved: soundMoved,
    soundSamplesSilent: soundSilence,
    videoEncoderRestarts: channel.video.status.restarts,
    audioEncoderRestarts: channel.audio.status.restarts,
    partsFilled: sum(({ track }) => track.counters.filled),
    holes: sum(({ track }) => track.counters.holes),
    samplesStray: sum(({ track }) => track.counters.stray),
    segmentsDelivered: sum(({ push }) => push.counters.delivered),
    segmentsDropped: sum(({ push }) => push.counters.dropped),
    ingestReconnects: sum(({ push }) => push.counters.reconnects),
    bytesPushed: sum(({ push }) => push.counters.bytes),
    textPartsMissed: channel.texts.reduce((total, { track }) => total + track.counters.missed, 0),
  };
}

function gaugesOf({ channel, source }: StatusSubject): Readings {
  const delays = channel.renditions[0]?.track.delays.spread;
  return {
    sourceLive: source.status.state === "live" ? 1 : 0,
    renditionsConnected: channel.renditions.filter(({ push }) => push.connected).length,
    captureToEncodedP50Ms: delays?.p50 ?? 0,
    captureToEncodedP95Ms: delays?.p95 ?? 0,
  };
}

/** Listens and answers. Rejects with `control/cannot-listen`. */
export async function serveStatus(
  subject: StatusSubject,
  context: { clock: Clock; log: Log; port: number; host: string },
): Promise<Closable & { url: string }> {
  const { clock, log } = context;
  const server = controlServer({
    role: "broadcaster",
    log,
    status: () => statusOf(subject, clock),
    metrics: metricsOf("broadcaster", {
      counters: () => countersOf(subject),
      gauges: () => gaugesOf(subject),
    }),
  });
  return { url: await server.listen(context), close: () => server.close() };
}
