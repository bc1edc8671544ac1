// Timed events of a live match, told to a viewer with their frame: no spoiler, none twice. Stands alone: no DOM, no Node.
export {
  CueClient,
  type CueClientOptions,
  type CueCounters,
  type Timing,
  type ToldCue,
} from "./client.ts";
export { type Cue, type CueKind, readCue } from "./cue.ts";
export { EventStreamReader, type StreamEvent } from "./eventStream.ts";
export { LATE_MS } from "./limits.ts";
export type { CueClock, CueEvent, CueSource } from "./source.ts";
export { type CueWords, wordsOf } from "./words.ts";
