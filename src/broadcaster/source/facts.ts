// What ffmpeg says of a source while it opens it: codec, size, rate, sound.

/** A source's pictures and sound, in words; null while unknown. */
export interface SourceFacts {
  pictures: string | null;
  sound: string | null;
}

/** Names no sound; set when the source was opened and has none. */
export const NO_SOUND = "none: silence is added";

const stream = /^(?:\[info\] +)?Stream #0:\d+.*?: (Video|Audio): ([\w-]+)/;
const size = /(?:^|, )(\d{2,5})x(\d{2,5})(?:[ ,]|$)/;
const rate = /, (\d+(?:\.\d+)?k?) (?:fps|tbr)/;
const sampling = /, (\d+) Hz, ([^,]+)/;

/**
 * Takes in one line of ffmpeg's standard error; lines that say nothing of the input are ignored. Only the first stream
 * of each kind counts, as only that is decoded.
 */
export function readFacts(facts: SourceFacts, line: string): void {
  const found = stream.exec(line);
  if (!found) return;
  const codec = found[2] as string;
  if (found[1] === "Video") {
    // The output's own streams are listed too, later, as rawvideo.
    if (facts.pictures !== null || codec === "rawvideo") return;
    const [, width, height] = size.exec(line) ?? [];
    const fps = rate.exec(line)?.[1];
    const shape = width === undefined ? "" : ` ${width}x${height}`;
    facts.pictures = `${codec}${shape}${fps === undefined ? "" : ` ${fps} fps`}`;
  } else {
    if (facts.sound !== null || codec === "pcm_s16le") return;
    const [, hertz, layout] = sampling.exec(line) ?? [];
    facts.sound = `${codec}${hertz === undefined ? "" : `, ${hertz} Hz, ${layout}`}`;
  }
}

/** What ffmpeg complains of in a line, without its marks; null when the line is no complaint. */
export function complaintOf(line: string): string | null {
  const found = /\[(?:error|fatal)\] (.+)$/.exec(line);
  return found?.[1]?.replace(/\.$/, "") ?? null;
}

/** What is made of the pictures, in words. */
export function conversionOf(
  facts: SourceFacts,
  target: { width: number; height: number; fps: number },
): string | null {
  if (facts.pictures === null) return null;
  const [, width, height] = / (\d+)x(\d+)/.exec(facts.pictures) ?? [];
  const fps = / ([\d.]+)k? fps/.exec(facts.pictures)?.[1];
  const steps: string[] = [];
  if (width !== undefined && (Number(width) !== target.width || Number(height) !== target.height)) {
    steps.push(`scaled ${width}x${height} to ${target.width}x${target.height}, aspect kept`);
  }
  if (fps !== undefined && Number(fps) !== target.fps) steps.push(`${fps} to ${target.fps} fps`);
  if (facts.sound === null || facts.sound === NO_SOUND) steps.push("silence added");
  else if (!facts.sound.includes("48000 Hz, stereo")) steps.push("sound to 48000 Hz stereo");
  return steps.length === 0 ? "onto the grid" : `${steps.join("; ")}; onto the grid`;
}
