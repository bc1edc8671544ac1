// The stage of the conformance tests: real ffmpeg media, made once, pushed frame by frame into a real origin whose time
// moves with what is pushed. A minute of live television takes a second.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ms } from "#base";
import { CaptionTrack, captionLanguages } from "#broadcaster";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Answer, HttpClient, type Upload } from "#http";
import { partEnd, partIndex, partStart, standardGrid } from "#media/grid";
import { type OriginHandle, type OriginOptions, SETTLE_MS, startOrigin } from "#origin";

/** The first segment that is pushed. */
export const FIRST = 935_053;
export const renditions = ["v360", "v144", "a96"] as const;
export type RenditionName = (typeof renditions)[number];

const PARTS = standardGrid.partsPerSegment;

/** One rendition as ffmpeg made it: its header, and its frames by part. */
interface Made {
  header: Uint8Array;
  /** By part, counted from the first of `FIRST`: one piece (prft, moof, mdat) a frame. */
  parts: Uint8Array[][];
}
export type Reel = Record<RenditionName, Made>;

/** Makes so many segments of all renditions in one run of ffmpeg. */
export function makeReel(segments: number): Reel {
  const folder = mkdtempSync(join(tmpdir(), "regista-conformance-"));
  try {
    execFileSync("ffmpeg", ffmpegArguments(segments), {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const read = (rendition: RenditionName): Made => {
      const file = readFileSync(join(folder, `${rendition}.mp4`));
      return split(file, { segments, timescale: rendition === "a96" ? 48_000 : 90_000 });
    };
    return { v360: read("v360"), v144: read("v144"), a96: read("a96") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ffmpegArguments(segments: number): string[] {
  const seconds = (segments * standardGrid.segmentMs) / 1_000;
  const videoStart = (FIRST * standardGrid.segmentMs * 90_000) / 1_000;
  // The encoder's priming frame comes first: it is shifted out, so that the frame after it begins the segment.
  const audioStart = (FIRST * standardGrid.segmentMs * 48_000) / 1_000 + 1_024;
  const mp4 = "+frag_every_frame+empty_moov+default_base_moof+cmaf+frag_discont";
  const output = (rendition: RenditionName): string[] => [
    ...["-copyts", "-avoid_negative_ts", "disabled", "-write_prft", "pts", "-movflags", mp4],
    ...["-f", "mp4", `${rendition}.mp4`],
  ];
  const video = (label: string, kilobits: number): string[] => [
    ...["-map", label, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"],
    ...["-profile:v", "main", "-g", "24", "-keyint_min", "24", "-sc_threshold", "0"],
    ...["-b:v", `${kilobits}k`, "-enc_time_base", "1/90000", "-video_track_timescale", "90000"],
    ...["-fps_mode", "passthrough"],
  ];
  return [
    ...["-nostdin", "-v", "error", "-t", String(seconds), "-f", "lavfi"],
    ...["-i", "testsrc2=size=640x360:rate=25,format=yuv420p"],
    ...["-t", String(seconds + 0.2), "-f", "lavfi"],
    ...["-i", "sine=frequency=440:sample_rate=48000:samples_per_frame=1024"],
    "-filter_complex",
    `[0:v]settb=1/90000,setpts=N*3600+${videoStart},split[v360][half];[half]scale=256:144[v144];` +
      `[1:a]asettb=1/48000,asetpts=N+${audioStart}[a96]`,
    ...[...video("[v360]", 400), ...output("v360")],
    ...[...video("[v144]", 100), ...output("v144")],
    ...["-map", "[a96]", "-c:a", "aac", "-b:a", "96k", "-ac", "2", ...output("a96")],
  ];
}

/** Cuts a file of one-frame fragments into its header and its frames. */
function split(file: Buffer, shape: { segments: number; timescale: number }): Made {
  const partTicks = (standardGrid.partMs * shape.timescale) / 1_000;
  const parts: Uint8Array[][] = Array.from({ length: shape.segments * PARTS }, () => []);
  let header = 0;
  let from = 0;
  let index = -1;
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (type === "moov") header = from = at + size;
    if (type === "moof") {
      const tfdt = file.indexOf("tfdt", at);
      index = Number(file.readBigUInt64BE(tfdt + 8)) / partTicks - FIRST * PARTS;
    }
    at += size;
    if (type !== "mdat") continue;
    parts[Math.floor(index)]?.push(file.subarray(from, at));
    from = at;
  }
  return { header: file.subarray(0, header), parts };
}

/** A live origin and its encoder. */
export class Stage {
  readonly url: string;
  readonly clock: ManualClock;
  readonly client: HttpClient;
  readonly #origin: OriginHandle;
  readonly #reel: Reel;
  readonly #bodies = new Map<RenditionName, Upload>();
  readonly #speakers: CaptionTrack[] = [];
  #said: { path: string; bytes: Uint8Array }[] = [];
  #pushed = 0;

  private constructor(origin: OriginHandle, reel: Reel, clock: ManualClock) {
    this.#origin = origin;
    this.#reel = reel;
    this.url = origin.url;
    this.clock = clock;
    this.client = new HttpClient({ clock: systemClock, log: silentLog });
  }

  /** Starts an origin at the beginning of the reel and pushes the headers. */
  static async open(reel: Reel, options: Partial<OriginOptions> = {}): Promise<Stage> {
    const clock = manualClock(partStart(standardGrid, { segment: FIRST, part: 0 }));
    const origin = await startOrigin(
      {
        ...{ port: 0, channel: "match", pathways: [], steering: null, timeUrl: null },
        ...{ telemetryUrl: null, targetLatencyMs: 1_500, ...options },
      },
      { clock, log: silentLog },
    );
    const stage = new Stage(origin, reel, clock);
    for (const rendition of renditions) {
      const header = stage.#ingest(`${rendition}/init.mp4`);
      header.write(reel[rendition].header);
      await stage.#end(header);
    }
    return stage;
  }

  /** From now on the test signal's text is pushed too, in all its languages. */
  async speak(): Promise<void> {
    for (const language of captionLanguages) {
      const { rendition } = language;
      const say = (object: string | number, bytes: Uint8Array): void =>
        void this.#said.push({ path: `${rendition}/${object}`, bytes });
      const listener = {
        header: (bytes: Uint8Array) => say("init.mp4", bytes),
        fragment: ({ position, bytes }: { position: { segment: number }; bytes: Uint8Array }) =>
          say(`${position.segment}.m4s`, bytes),
      };
      const track = new CaptionTrack(language, { grid: standardGrid, listener });
      track.describe();
      this.#speakers.push(track);
    }
    await this.#say();
  }

  /** The next part that will be pushed. */
  get next(): { segment: number; part: number } {
    return { segment: FIRST + Math.floor(this.#pushed / PARTS), part: this.#pushed % PARTS };
  }

  /** Pushes the next part of each rendition, and lets time pass to its end. */
  async pushPart(): Promise<void> {
    const { segment, part } = this.next;
    this.#advanceTo(partEnd(standardGrid, { segment, part }));
    for (const rendition of renditions) {
      const body = this.#bodies.get(rendition) ?? this.#ingest(`${rendition}/${segment}.m4s`);
      this.#bodies.set(rendition, body);
      for (const frame of this.#reel[rendition].parts[this.#pushed] ?? []) body.write(frame);
      if (part < PARTS - 1) continue;
      this.#bodies.delete(rendition);
      await this.#end(body);
    }
    for (const speaker of this.#speakers) speaker.end(partIndex(standardGrid, { segment, part }));
    await this.#say();
    this.#pushed += 1;
    for (const rendition of renditions) {
      const { status } = await this.get(`/match/${rendition}/${segment}.${part}.m4s`);
      if (status !== 200) throw new Error(`part ${segment}.${part} of ${rendition}: ${status}`);
    }
  }

  async pushParts(count: number): Promise<void> {
    for (let pushed = 0; pushed < count; pushed += 1) await this.pushPart();
  }

  /** Lets the ladder settle without media. */
  settle(): void {
    this.clock.advance(ms(SETTLE_MS));
  }

  get(path: string): Promise<Answer> {
    return this.client.fetch({ method: "GET", url: this.url + path });
  }

  async text(path: string): Promise<string> {
    const { status, body } = await this.get(path);
    const text = new TextDecoder().decode(body);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return text;
  }

  async close(): Promise<void> {
    for (const body of this.#bodies.values()) body.abort();
    await this.client.close();
    await this.#origin.close();
  }

  #advanceTo(instant: number): void {
    this.clock.advance(ms(Math.max(0, instant - this.clock.utc())));
  }

  async #say(): Promise<void> {
    const said = this.#said;
    this.#said = [];
    for (const { path, bytes } of said) {
      const body = this.#ingest(path);
      body.write(bytes);
      await this.#end(body);
    }
  }

  #ingest(path: string): Upload {
    return this.client.upload({ method: "POST", url: `${this.url}/ingest/match/${path}` });
  }

  async #end(body: Upload): Promise<void> {
    const { status, body: said } = await body.end();
    if (status >= 300) throw new Error(`ingest answered ${status}: ${said}`);
  }
}

/** How long a test waits for what it has caused, ms: far longer than it takes. */
const PATIENCE_MS = 10_000;

/** Resolves once `condition` holds; rejects when it does not in time. */
export async function until(condition: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!condition()) {
    if (systemClock.monotonic() > end) throw new Error("what was waited for did not happen");
    await systemClock.sleep(ms(1));
  }
}
