// What the encoders are told. One process makes all pictures, one makes the sound: a single input each, which ffmpeg
// reads without polling, so that a frame goes through at once.
import { availableParallelism } from "node:os";
import type { Ladder, Rung } from "../ladder.ts";
import { CHANNELS, SAMPLE_RATE } from "../testsignal/murmur.ts";

/** Key frames come this often, ms: three parts, so that a viewer can join close to the live edge. */
export const KEY_FRAME_MS = 960;

/** How a process is to begin. */
export interface Beginning {
  /** Units (frames, or AAC frames) that are fed before the boundary and thrown away. */
  readonly preroll: number;
}

const common = [
  "-hide_banner",
  "-nostats",
  "-loglevel",
  "warning",
  "-probesize",
  "32",
  "-analyzeduration",
  "0",
];
const flv = ["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv"];

/** Raw pictures on standard input, every rung as FLV on a pipe of its own: 3, 4, … */
export function videoArguments(ladder: Ladder, options: Beginning & { preset: string }): string[] {
  const [top] = ladder.rungs;
  const size = `${top.width}x${top.height}`;
  const input = ["-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", size];
  const outputs = ladder.rungs.flatMap((rung, index) => [
    "-map",
    `[v${index}]`,
    ...rungArguments(rung, { ...options, index, fps: ladder.fps }),
    ...flv,
    `pipe:${3 + index}`,
  ]);
  return [
    ...common,
    ...input,
    ...["-framerate", String(ladder.fps), "-i", "pipe:0"],
    ...["-filter_complex_threads", "1", "-filter_complex", scaling(ladder.rungs)],
    ...outputs,
  ];
}

function scaling(rungs: readonly Rung[]): string {
  const split = `[0:v]split=${rungs.length}${rungs.map((_, index) => `[s${index}]`).join("")}`;
  const scales = rungs.map(({ width, height }, index) =>
    index === 0
      ? "[s0]null[v0]"
      : `[s${index}]scale=${width}:${height}:flags=fast_bilinear,setsar=1[v${index}]`,
  );
  return [split, ...scales].join(";");
}

function rungArguments(
  rung: Rung,
  options: Beginning & { preset: string; index: number; fps: number },
): string[] {
  const gop = String((KEY_FRAME_MS * options.fps) / 1000);
  // Slices of one picture in parallel add no delay. With two threads for every rung and filter, two idle cores make 100
  // frames a second of the default ladder instead of 72; beside a browser that decodes it, they fall behind more often.
  const threads = options.index === 0 ? Math.min(4, availableParallelism()) : 1;
  return [
    ...[
      "-c:v",
      "libx264",
      "-preset",
      options.preset,
      "-tune",
      "zerolatency",
      "-threads",
      String(threads),
    ],
    ...["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-forced-idr", "1"],
    // Counted from the first frame fed: the boundary lies `preroll` frames later.
    ...["-force_key_frames", `expr:eq(mod(n-${options.preroll},${gop}),0)`],
    ...[
      "-b:v",
      `${rung.kbps}k`,
      "-maxrate",
      `${rung.kbps}k`,
      "-bufsize",
      `${Math.round(rung.kbps * 0.6)}k`,
    ],
    ...[
      "-color_range",
      "tv",
      "-colorspace",
      "bt709",
      "-color_primaries",
      "bt709",
      "-color_trc",
      "bt709",
    ],
    ...["-fps_mode", "passthrough"],
  ];
}

/** Raw sound on standard input, AAC-LC as FLV on pipe 3. */
export function audioArguments(ladder: Ladder): string[] {
  return [
    ...common,
    ...[
      "-f",
      "s16le",
      "-ar",
      String(SAMPLE_RATE),
      "-ac",
      String(CHANNELS),
      "-guess_layout_max",
      "2",
    ],
    ...["-i", "pipe:0", "-c:a", "aac", "-b:a", `${ladder.audio.kbps}k`],
    ...flv,
    "pipe:3",
  ];
}
