// A live channel for plays: real time, short parts, and a script that spoils its answers. Parts are made when they are due and
// are the same for everybody.
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { systemClock, type Timer } from "#base/clock";
import { NON_SYNC_FLAGS, SYNC_FLAGS, writeFragment } from "#media/cmaf";
import { type Presentation, writeMpd } from "#media/dash";
import { type MediaPlaylist, type PlaylistPart, writeMediaPlaylist } from "#media/hls";

/** Four frames of 20 ms a part, six parts a segment, an independent one in its middle. */
export const PART_MS = 80;
export const PARTS = 6;
export const SEGMENT_MS = PART_MS * PARTS;
const DELAY_MS = 5;
const WINDOW_SEGMENTS = 12;
const LISTED_SEGMENTS = 6;

export const bandwidths: Readonly<Record<string, number>> = {
  v1: 100_000,
  v2: 400_000,
  a1: 64_000,
};
const header = (kind: string): Buffer =>
  readFileSync(new URL(`fixtures/${kind}-header.mp4`, import.meta.url));
const headers = { v: header("video"), a: header("audio") };

/** What an answer becomes instead. */
export type Twist =
  | { readonly is: "status"; readonly status: number }
  /** Never answers. */
  | { readonly is: "silence" }
  | { readonly is: "late"; readonly ms: number }
  /** Bytes instead of the answer. */
  | { readonly is: "raw"; readonly wire: string }
  /** Other bytes for a part; null: none. */
  | { readonly is: "bytes"; readonly change: (bytes: Buffer, part: number) => Buffer | null }
  /** A growing answer goes silent, or breaks off, after so many parts. */
  | { readonly is: "stops" | "breaks"; readonly after: number };

interface Named {
  readonly rendition: string;
  readonly segment: number;
  /** -1: the whole segment. */
  readonly part: number;
}

interface Waiting {
  readonly index: number;
  readonly answer: () => void;
}

/** The bytes of a part: `[moof mdat]`, sized by its rung's rate. */
export function partBytes(rendition: string, index: number, sequence = index): Buffer {
  const video = rendition.startsWith("v");
  const ticks = video ? 90 : 48;
  const size = Math.floor(((bandwidths[rendition] as number) * PART_MS) / 8_000 / 4);
  const sample = (frame: number) => ({
    duration: 20 * ticks,
    compositionOffset: 0,
    flags: video && (index % 3 !== 0 || frame > 0) ? NON_SYNC_FLAGS : SYNC_FLAGS,
    bytes: new Uint8Array(size).fill((index + frame) % 256),
  });
  const fragment = writeFragment({
    sequence: sequence % 2 ** 32,
    trackId: 1,
    decodeTime: index * PART_MS * ticks,
    samples: [0, 1, 2, 3].map(sample),
  });
  return Buffer.from(fragment);
}

/** A channel on a port of its own. */
export class LiveChannel {
  /** Every target that was asked for, in order. */
  readonly asked: string[] = [];
  /** Connections there are now. */
  readonly sockets = new Set<Socket>();
  twist: (path: string) => Twist | null = () => null;
  url = "";
  #frozen = false;
  #waiting: Waiting[] = [];
  readonly #server: Server;
  readonly #timer: Timer;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#timer = systemClock.every(ms(5), () => this.#turn());
  }

  /** Starts one; closed with the test. */
  static async open(t: TestContext): Promise<LiveChannel> {
    const channel = new LiveChannel();
    await new Promise<void>((resolve) => channel.#server.listen(0, "127.0.0.1", () => resolve()));
    const address = channel.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    channel.url = `http://127.0.0.1:${address.port}`;
    t.after(() => channel.kill());
    return channel;
  }

  /** Ends like a process that is killed: connections reset, the port refuses. */
  kill(): void {
    this.#timer.cancel();
    this.#server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Stops like a process that hangs: connections stay, and new ones come, but nothing is answered. */
  freeze(): void {
    this.#frozen = true;
  }

  /** The newest part that is there, counted from the epoch. */
  get newest(): number {
    return Math.floor((systemClock.utc() - DELAY_MS) / PART_MS) - 1;
  }

  #turn(): void {
    // Once: whoever became due between two looks would be lost.
    const { newest } = this;
    const due = this.#waiting.filter(({ index }) => index <= newest);
    this.#waiting = this.#waiting.filter(({ index }) => index > newest);
    for (const { answer } of due) answer();
  }

  #when(index: number, answer: () => void): void {
    if (index <= this.newest) answer();
    else this.#waiting.push({ index, answer });
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    let text = "";
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        if (!this.#frozen) this.#twisted(socket, head);
      }
    });
  }

  #twisted(socket: Socket, head: string): void {
    const [, target] = /^GET (\S+) HTTP\/1\.1\r\nHost: \S+/.exec(head) ?? [];
    if (target === undefined) return void socket.end("HTTP/1.1 400 Bad\r\n\r\n");
    this.asked.push(target);
    const twist = this.twist(target);
    const last = /\r\nRange: bytes=0-(\d+)/.exec(head)?.[1];
    const answer = (): void => this.#answer(new Reply(socket, this), { target, twist, last });
    if (twist?.is === "silence") return;
    if (twist?.is === "status")
      return void socket.write(`HTTP/1.1 ${twist.status} No\r\nContent-Length: 3\r\n\r\nno\n`);
    if (twist?.is === "raw") return void socket.write(twist.wire);
    if (twist?.is === "late") systemClock.after(ms(twist.ms), answer);
    else answer();
  }

  #answer(
    reply: Reply,
    asked: { target: string; twist: Twist | null; last: string | undefined },
  ): void {
    const { pathname, searchParams } = new URL(asked.target, this.url);
    const name = pathname.replace(/^\/match\//, "");
    if (name === "live.mpd") return reply.whole(Buffer.from(mpd()));
    if (name === "main.m3u8") return reply.whole(Buffer.from(main));
    const [, rung] = /^(\w+)\/init\.mp4$/.exec(name) ?? [];
    if (rung) return reply.whole(headers[rung.startsWith("v") ? "v" : "a"]);
    const [, list] = /^(\w+)\.m3u8$/.exec(name) ?? [];
    if (list) {
      const segment = Number(searchParams.get("_HLS_msn") ?? 0);
      const index = segment * PARTS + Number(searchParams.get("_HLS_part") ?? 0);
      return this.#when(index, () => reply.whole(Buffer.from(playlist(list, this.newest))));
    }
    const found = /^(\w+)\/(\d+)(?:\.(\d))?\.m4s$/.exec(name);
    if (!found) return reply.whole(Buffer.alloc(0));
    const [, rendition, segment, part] = found as unknown as [string, string, string, string?];
    const named = { rendition, segment: Number(segment), part: Number(part ?? -1) };
    const last = asked.last === undefined ? null : Number(asked.last);
    if (named.part >= 0) this.#part(reply, named, { ...asked, last });
    else this.#segment(reply, named, { ...asked, last });
  }

  #part(reply: Reply, named: Named, how: { twist: Twist | null; last: number | null }): void {
    const index = named.segment * PARTS + named.part;
    this.#when(index, () => {
      const bytes = partOf(named.rendition, index, how.twist) ?? Buffer.alloc(0);
      reply.whole(bytes, how.last);
    });
  }

  #segment(reply: Reply, named: Named, how: { twist: Twist | null; last: number | null }): void {
    const first = named.segment * PARTS;
    const { twist, last } = how;
    if (last !== null) {
      const parts = Array.from({ length: PARTS }, (_, part) =>
        partBytes(named.rendition, first + part),
      );
      const whole = first + PARTS - 1 <= this.newest;
      return this.#when(first, () => reply.range(Buffer.concat(parts), last, whole));
    }
    reply.begin();
    for (let part = 0; part < PARTS; part += 1)
      this.#when(first + part, () => {
        if (twist?.is === "stops" && part >= twist.after) return;
        if (twist?.is === "breaks" && part >= twist.after) return reply.reset();
        const bytes = partOf(named.rendition, first + part, twist);
        if (bytes) reply.chunk(bytes);
        if (part === PARTS - 1) reply.end();
      });
  }
}

function partOf(rendition: string, index: number, twist: Twist | null): Buffer | null {
  const bytes = partBytes(rendition, index);
  return twist?.is === "bytes" ? twist.change(bytes, index % PARTS) : bytes;
}

/** One answer. */
class Reply {
  readonly #socket: Socket;
  readonly #channel: LiveChannel;

  constructor(socket: Socket, channel: LiveChannel) {
    this.#socket = socket;
    this.#channel = channel;
  }

  whole(bytes: Buffer, last: number | null = null): void {
    if (last !== null) return this.range(bytes, last, true);
    this.#write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    this.#write(bytes);
  }

  range(bytes: Buffer, last: number, complete: boolean): void {
    const end = Math.min(last, bytes.length - 1);
    const whole = complete ? bytes.length : "*";
    this.#write(
      `HTTP/1.1 206 Partial\r\ncontent-range: bytes 0-${end}/${whole}\r\ncontent-length: ${end + 1}\r\n\r\n`,
    );
    this.#write(bytes.subarray(0, end + 1));
  }

  begin(): void {
    this.#write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  }
  chunk(bytes: Buffer): void {
    this.#write(`${bytes.length.toString(16)}\r\n`);
    this.#write(bytes);
    this.#write("\r\n");
  }
  end(): void {
    this.#write("0\r\n\r\n");
  }
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #write(bytes: Buffer | string): void {
    if (this.#channel.sockets.has(this.#socket)) this.#socket.write(bytes, "latin1");
  }
}

const rungsOf = (kind: "v" | "a"): string[] =>
  Object.keys(bandwidths).filter((id) => id.startsWith(kind));

function mpd(): string {
  const set = (kind: "video" | "audio", timescale: number): Presentation["sets"][number] => ({
    ...{ kind, language: null, timescale, startNumber: 0, presentationTimeOffset: 0 },
    segmentTicks: (SEGMENT_MS * timescale) / 1_000,
    partTicks: (PART_MS * timescale) / 1_000,
    randomAccessTicks: ((kind === "video" ? 3 : 1) * PART_MS * timescale) / 1_000,
    representations: rungsOf(kind === "video" ? "v" : "a").map((id) => ({
      ...{ id, codec: "x", bandwidth: bandwidths[id] as number, media: `${id}/$Number$.m4s` },
      ...{ initialization: `${id}/init.mp4`, size: null, frameRate: null },
      ...{ sampleRate: null, channels: null },
    })),
  });
  return writeMpd({
    ...{ publishTime: utcMs(0), availabilityStartTime: utcMs(0), updatePeriodMs: 2_000 },
    ...{ timeShiftMs: WINDOW_SEGMENTS * SEGMENT_MS, segmentMs: SEGMENT_MS, minBufferMs: PART_MS },
    availabilityOffsetMs: SEGMENT_MS - PART_MS - 2 * DELAY_MS,
    latency: { targetMs: 400, minMs: 200, maxMs: 1_000 },
    playbackRate: { min: 0.95, max: 1.05 },
    ...{ timing: null, locations: [], steering: null },
    sets: [set("video", 90_000), set("audio", 48_000)],
  });
}

const main = [
  "#EXTM3U",
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="a1",DEFAULT=YES,URI="a1.m3u8"',
  ...rungsOf("v").flatMap((id) => [
    `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidths[id]},AUDIO="audio",STABLE-VARIANT-ID="${id}"`,
    `${id}.m3u8`,
  ]),
  "",
].join("\n");

function playlist(rendition: string, newest: number): string {
  const complete = Math.floor((newest + 1) / PARTS) - 1;
  const first = complete - LISTED_SEGMENTS + 1;
  const part = (index: number): PlaylistPart => ({
    uri: `${rendition}/${Math.floor(index / PARTS)}.${index % PARTS}.m4s`,
    ...{ durationMs: PART_MS, gap: false },
    independent: rendition.startsWith("a") || index % 3 === 0,
  });
  const parts = (segment: number, count: number): PlaylistPart[] =>
    Array.from({ length: count }, (_, index) => part(segment * PARTS + index));
  const grown = newest + 1 - (complete + 1) * PARTS;
  const live: MediaPlaylist = {
    ...{ targetDurationS: 1, partTargetMs: PART_MS, mediaSequence: first, skippedSegments: 0 },
    control: {
      ...{ canBlockReload: true, partHoldBackMs: 3 * PART_MS, holdBackMs: 3_000 },
      canSkipUntilMs: null,
    },
    map: `${rendition}/init.mp4`,
    segments: Array.from({ length: LISTED_SEGMENTS }, (_, index) => ({
      uri: `${rendition}/${first + index}.m4s`,
      ...{ durationMs: SEGMENT_MS, startsAt: utcMs((first + index) * SEGMENT_MS), gap: false },
      parts: parts(first + index, PARTS),
    })),
    growing: {
      startsAt: utcMs((complete + 1) * SEGMENT_MS),
      parts: parts(complete + 1, grown),
    },
    preloadHint: `${rendition}/${complete + 1}.${grown}.m4s`,
    renditionReports: [],
  };
  return writeMediaPlaylist(live);
}
