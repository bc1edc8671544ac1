// Puts a broadcaster together and starts it.
import { setPriority } from "node:os";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { HttpClient } from "#http";
import type { ProfileName } from "#protocol";
import { HopReporter } from "#telemetry";
import { Channel } from "./channel.ts";
import { ladders, type Ladder } from "./ladder.ts";
import { PICTURES_LIMIT_MS, PROCESS_PRIORITY } from "./limits.ts";
import { DecodedSource } from "./source/decoded.ts";
import { type Input, parseInput } from "./source/input.ts";
import { checkFfmpeg, checkFile } from "./source/probe.ts";
import type { Source } from "./source/source.ts";
import { TestSource } from "./source/test.ts";
import { type BroadcasterStatus, serveStatus, statusOf, type StatusSubject } from "./status.ts";
import { captionLanguages } from "./testsignal/captions.ts";
import { FramePool } from "./timing/frames.ts";

/** What a broadcaster is told. */
export interface BroadcasterOptions {
  /** Of the status server; 0 takes any free one. */
  readonly port: number;
  /** Where the status server listens. Default 127.0.0.1. */
  readonly host?: string;
  readonly channel: string;
  /** `test`, `file:PATH` (looped, in real time), `srt://…`, `udp://…` (MPEG-TS) or `rtmp://…` (listens). */
  readonly input: string;
  readonly profile: ProfileName;
  /** Where the origin takes media: `/ingest/{channel}/…` is added. */
  readonly originUrl: string;
  /** Where hop stamps go; null sends none. */
  readonly telemetryUrl: string | null;
  /** From the camera to our arrival, ms, as far as somebody knows it. Shown, never hidden in a latency. Default 0. */
  readonly contributionDelayMs?: number;
  /** x264's preset. Default ultrafast; superfast costs twice the processor time and looks better. No delay either way. */
  readonly preset?: string;
  /** The ffmpeg to run. Default `ffmpeg`. */
  readonly ffmpeg?: string;
  /** Of this process and the encoders, −20 (first) … 19, taken where the user may. Default −10; null leaves it alone. */
  readonly priority?: number | null;
}

/** A running broadcaster. */
export interface BroadcasterHandle extends Closable {
  /** Of the status server. */
  readonly url: string;
  /** What `GET /status` answers. */
  status(): BroadcasterStatus;
}

/**
 * Starts a channel: source, frame synchroniser, encoders, ingest push and status server. Resolves once it listens; media
 * flows from the next segment on, whether the origin is there already or not.
 * @throws broadcaster/unknown-input, bad-address, file-missing, not-media, ffmpeg-missing, ffmpeg-without,
 * control/cannot-listen
 */
export async function startBroadcaster(
  options: BroadcasterOptions,
  context: { clock: Clock; log: Log },
): Promise<BroadcasterHandle> {
  const { clock } = context;
  const log = context.log.child({ room: "broadcaster" });
  const ladder = ladders[options.profile];
  const ffmpeg = options.ffmpeg ?? "ffmpeg";
  const input = parseInput(options.input);
  await checkFfmpeg(ffmpeg);
  if (input.kind === "file") await checkFile(ffmpeg, input.path);
  if (options.priority !== null) prefer(options.priority ?? PROCESS_PRIORITY);
  const scope = new Scope();
  try {
    const hops = scope.own(new HopReporter({ url: options.telemetryUrl }, { clock, log }));
    const client = scope.own(new HttpClient({ clock, log }));
    const source = scope.own(openSource({ input, ladder, ffmpeg }, { clock, log }));
    const { channel: id, originUrl, preset = "ultrafast" } = options;
    const captions = input.kind === "test" ? captionLanguages : [];
    const channel = scope.own(
      new Channel(
        { channel: id, ladder, preset, ffmpeg, originUrl, captions },
        { clock, log, source, client, hops },
      ),
    );
    const contributionDelayMs = options.contributionDelayMs ?? 0;
    const subject: StatusSubject = {
      channel,
      source,
      ladder,
      id,
      profile: options.profile,
      contributionDelayMs,
    };
    const { port, host = "127.0.0.1" } = options;
    const server = scope.own(await serveStatus(subject, { clock, log, port, host }));
    log.info({ channel: id, input: source.status.input, url: server.url }, "broadcaster runs");
    return { url: server.url, status: () => statusOf(subject, clock), close: () => scope.close() };
  } catch (failure) {
    await scope.close();
    throw failure;
  }
}

/** Children inherit the priority. */
function prefer(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // Below 0 is for privileged users; without it this process runs like any other.
  }
}

function openSource(
  options: { input: Input; ladder: Ladder; ffmpeg: string },
  context: { clock: Clock; log: Log },
): Source {
  const { input, ladder, ffmpeg } = options;
  const [{ width, height }] = ladder.rungs;
  const limit = Math.ceil((2 * PICTURES_LIMIT_MS * ladder.fps) / 1000);
  const pool = new FramePool({ width, height, limit });
  if (input.kind === "test") return new TestSource(ladder, { clock: context.clock, pool });
  return new DecodedSource({ input, ladder, command: ffmpeg }, { ...context, pool });
}
