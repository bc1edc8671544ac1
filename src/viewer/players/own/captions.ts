// Cues on the picture, in a text track of the video element.
import { readCues, type TextCue } from "./cues.ts";
import { CUES_LIMIT } from "./limits.ts";
import { Loader, type LoaderParts } from "./loader.ts";

const LABEL = "regista";

/** The subtitles of one start of the player. */
class Captions {
  readonly #track: TextTrack;

  /** A text track cannot be taken off a video element: one of the same language is used again. */
  constructor(video: HTMLVideoElement, language: string | null) {
    const found = [...video.textTracks].find(
      (track) => track.label === LABEL && track.language === (language ?? ""),
    );
    this.#track = found ?? video.addTextTrack("subtitles", LABEL, language ?? "");
    this.#track.mode = "showing";
  }

  /** Shows `cue`, whose times are ticks after `offset`, `timescale` of them a second. A cue that goes on is one cue. */
  add(cue: TextCue, { timescale, offset }: { timescale: number; offset: number }): void {
    const [start, end] = [(cue.start - offset) / timescale, (cue.end - offset) / timescale];
    const all = [...(this.#track.cues ?? [])] as VTTCue[];
    const same = all.find(
      (one) => one.text === cue.text && one.startTime <= start && start <= one.endTime + 0.001,
    );
    if (same) {
      same.endTime = Math.max(same.endTime, end);
      return;
    }
    const shown = new VTTCue(start, end, cue.text);
    shown.id = cue.id;
    arrange(shown, cue.settings);
    this.#track.addCue(shown);
    const [oldest] = all;
    if (oldest && all.length >= CUES_LIMIT) this.#track.removeCue(oldest);
  }

  close(): void {
    for (const cue of [...(this.#track.cues ?? [])]) this.#track.removeCue(cue);
    this.#track.mode = "disabled";
  }
}

/** Loads the text track of `parts` from part `from` on and shows its cues; the returned function ends it. */
export function showCaptions(
  video: HTMLVideoElement,
  parts: LoaderParts,
  from: number,
): () => void {
  const { timescale, offsetTicks, language } = parts.track;
  const captions = new Captions(video, language);
  const loader = new Loader({
    ...parts,
    header: () => Promise.resolve(),
    chunk: (chunk) => {
      for (const cue of readCues(chunk)) captions.add(cue, { timescale, offset: offsetTicks });
      return Promise.resolve();
    },
  });
  loader.start(from);
  return () => {
    loader.close();
    captions.close();
  };
}

/** WebVTT 4.4, the settings that subtitles of a match use: line, position, size, align. Others are passed over. */
function arrange(cue: VTTCue, settings: string): void {
  for (const setting of settings.split(/\s+/)) {
    const [name, value = ""] = setting.split(":");
    const share = /^(\d{1,3}(?:\.\d{1,3})?)%/.exec(value)?.[1];
    if (name === "align" && /^(start|center|end|left|right)$/.test(value))
      cue.align = value as AlignSetting;
    else if (name === "line" && share !== undefined) {
      cue.snapToLines = false;
      cue.line = Math.min(100, Number(share));
    } else if (name === "line" && /^-?\d{1,3}$/.test(value)) cue.line = Number(value);
    else if (name === "position" && share !== undefined)
      cue.position = Math.min(100, Number(share));
    else if (name === "size" && share !== undefined) cue.size = Math.min(100, Number(share));
  }
}
