// ffmpeg as the decoder of a source: whatever comes in, raw pictures of one size and rate and raw sound come out, as two
// streams that began together.
import { openingArguments, type Input } from "./input.ts";

/** The pictures wanted. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** How long pictures and sound wait for one another on their way out of ffmpeg, µs. */
const INTERLEAVE_LIMIT_US = 1_000_000;

/** The decoder's arguments: yuv420p pictures on pipe 3, s16le stereo at 48 kHz on pipe 4 (nothing, when there is none). */
export function decoderArguments(
  input: Exclude<Input, { kind: "test" }>,
  shape: PictureShape,
): string[] {
  const { width, height, fps } = shape;
  const filters = [
    // Interlaced pictures become one a field; others pass.
    "yadif=mode=send_field:deint=interlaced",
    // Square pixels, the whole picture inside, black around it.
    `scale=w='min(${width},2*trunc(${height}*dar/2))':h='min(${height},2*trunc(${width}/dar/2))'` +
      ":flags=fast_bilinear:out_color_matrix=bt709:out_range=tv",
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
    "setsar=1",
    "format=yuv420p",
    // To the nearest frame: ffmpeg's own rate conversion lags by up to 1.1 frames, and sound would lead its picture.
    `fps=${fps}:round=near:start_time=0`,
  ];
  return [
    ...["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"],
    ...openingArguments(input),
    ...["-map", "0:v:0", "-map", "0:a:0?"],
    ...["-vf", filters.join(","), "-fps_mode", "passthrough", "-c:v", "rawvideo"],
    // Gaps and drift of the source's own timestamps are filled and pulled here, so that samples count its time.
    ...["-af", "aresample=48000:async=1000:first_pts=0", "-ac", "2", "-c:a", "pcm_s16le"],
    ...["-max_interleave_delta", String(INTERLEAVE_LIMIT_US), "-flush_packets", "1"],
    ...["-f", "tee", "[select=v:f=rawvideo]pipe:3|[select=a:f=s16le:onfail=ignore]pipe:4"],
  ];
}
