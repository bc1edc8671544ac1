// Every limit of this room, with its unit and the why.

/** Grid frames made up at once after this process was late, ms of media. Beyond it the encoders start anew. */
export const CATCH_UP_LIMIT_MS = 1_000;

/** Pictures in memory at most, ms of media: what waits for a late encoder or for its own sound. */
export const PICTURES_LIMIT_MS = 1_600;

/** Pictures of a source that are ready and wait, at most; more are dropped, so that a burst does not become delay. */
export const READY_PICTURES_LIMIT = 6;
/** Pictures kept of a burst: one to show, one against jitter. */
export const PICTURES_AFTER_BURST = 2;
/** A picture that is spare all through this time, ms, is dropped: the source's clock runs ahead of ours. */
export const SPARE_WINDOW_MS = 5_000;
/** How long a picture waits for its sound, ms: television multiplexes send sound up to a second after its picture. */
export const SOUND_WAIT_LIMIT_MS = 1_400;
/** Sound of a source kept at most, ms. */
export const SOUND_KEPT_LIMIT_MS = 3_000;
/** Sound farther than this from its picture is moved at once; nearer it is pulled by resampling, ms. */
export const SOUND_ERROR_LIMIT_MS = 20;
/** The most that resampling changes the pitch, as a share: 0.5 %, a twelfth of a semitone. */
export const RESAMPLING_LIMIT = 0.005;
/** Length of the fade over a moved place in the sound, samples: 5 ms. */
export const SOUND_FADE_SAMPLES = 240;
/** A source that has given no picture for this long is shown as lost, and the slate comes, ms. */
export const SOURCE_SILENCE_LIMIT_MS = 1_000;
/** A source's process that gives nothing for this long is ended, ms; ffmpeg's own time-outs come before it. */
export const SOURCE_STALL_LIMIT_MS = 8_000;
/** Waits before a source is tried again, ms: the first, and the longest that doubling leads to. */
export const SOURCE_RETRY_MS = 500;
export const SOURCE_RETRY_LIMIT_MS = 5_000;

/** An encoder that has eaten this much media, ms, without giving a byte is frozen: it is killed and replaced. */
export const STALL_LIMIT_MS = 600;
/** The same for an encoder's first byte: starting takes longer on a busy machine. */
export const START_LIMIT_MS = 4_000;
/** Media that an encoder may be behind, ms. Beyond it the machine is too slow, and the delay would only grow. */
export const BEHIND_LIMIT_MS = 1_000;
/** An encoder this far behind gets the picture before again, which costs it less, until it has caught up, ms. */
export const SHED_LIMIT_MS = 240;
/** All the while each so many-th picture is a new one: a machine that never catches up shows a jerky match, not a still. */
export const SHED_FRESH_EVERY = 5;
/** Scheduling priority of this process and its children, where the user may give it: a late frame is late for everybody. */
export const PROCESS_PRIORITY = -10;
/** From starting an encoder's process to the first boundary that it may be asked to begin at, ms. */
export const ENCODER_LEAD_MS = 300;
/** The same for the first start, which has everything still to load. */
export const START_LEAD_MS = 700;
/** Media fed before the boundary and thrown away, ms at most, so that the encoder is warm when it counts. */
export const PREROLL_LIMIT_MS = 640;
/** An encoder that lived for this long was healthy: its death does not count towards the back-off, ms. */
export const HEALTHY_AFTER_MS = 10_000;
/** Waits before an encoder that dies again and again is replaced, ms: the first, and the longest. */
export const ENCODER_RETRY_MS = 250;
export const ENCODER_RETRY_LIMIT_MS = 5_000;
/** Parts filled in one hole at most: a longer hole (a stepped clock) is left open, and signalled as a gap. */
export const FILL_LIMIT_PARTS = 60;

/** Lines of a child's standard error that are kept for its error, and their length. */
export const STDERR_LINES = 12;
export const STDERR_LINE_LENGTH = 300;
/** Bytes of one compressed frame at most: more is not an encoder's output. */
export const SAMPLE_BYTES_LIMIT = 8 * 1024 * 1024;
/** How long a child may take to end by itself before it is killed, ms. */
export const CHILD_END_MS = 500;
/** How long ffmpeg and ffprobe may take to say what they are asked at start, ms. */
export const PROBE_LIMIT_MS = 10_000;

/** Bytes of one segment kept while the origin is away: six times the top rung's. */
export const PUSH_BUFFER_BYTES = 8 * 1024 * 1024;
/** Bytes handed to the socket that the origin has not taken: beyond it the connection is given up. */
export const PUSH_BACKLOG_BYTES = 4 * 1024 * 1024;
/** Waits before the origin is tried again, ms: the first, and the longest. */
export const PUSH_RETRY_MS = 200;
export const PUSH_RETRY_LIMIT_MS = 2_000;
/** How long the origin may take to answer a header or a finished segment, ms. */
export const PUSH_ANSWER_LIMIT_MS = 3_000;
