// Questions to ffmpeg that are asked once, at start, so that what cannot work is said at once.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sentenceOf } from "#base";
import { broadcasterErrors } from "../errors.ts";
import { PROBE_LIMIT_MS } from "../limits.ts";

const run = promisify(execFile);

/** Makes sure that ffmpeg is there and can encode. Rejects with broadcaster/ffmpeg-missing or broadcaster/ffmpeg-without. */
export async function checkFfmpeg(command: string): Promise<void> {
  let list: string;
  try {
    list = (await run(command, ["-hide_banner", "-encoders"], { timeout: PROBE_LIMIT_MS })).stdout;
  } catch (failure) {
    throw broadcasterErrors.make("ffmpeg-missing", { command, why: sentenceOf(failure) }, failure);
  }
  for (const [encoder, part] of [
    ["libx264", "H.264 encoder (libx264)"],
    ["aac", "AAC encoder"],
  ] as const) {
    if (!new RegExp(`^ [A-Z.]{6} ${encoder} `, "m").test(list)) {
      throw broadcasterErrors.make("ffmpeg-without", { part });
    }
  }
}

/** Makes sure that a file holds a picture that can be decoded. Rejects with broadcaster/not-media. */
export async function checkFile(command: string, path: string): Promise<void> {
  const args = [
    "-v",
    "error",
    "-nostdin",
    "-i",
    path,
    "-map",
    "0:v:0",
    "-frames:v",
    "1",
    "-f",
    "null",
    "-",
  ];
  try {
    await run(command, args, { timeout: PROBE_LIMIT_MS });
  } catch (failure) {
    const said =
      failure instanceof Error && "stderr" in failure
        ? String(failure.stderr)
        : sentenceOf(failure);
    const why = said.trim().split("\n").at(-1) ?? "no reason given";
    throw broadcasterErrors.make("not-media", { path, why }, failure);
  }
}
