// What a player is asked at each step, and what it is told to do. Pure.

/** One look at the player, each 50 to 100 ms. */
export interface Reading {
  /** Local monotonic reading, ms. */
  at: number;
  /** Where it should be, ms behind the camera: {@link targetAt} of now. */
  targetMs: number;
  /** Capture to display of the frame on the screen, ms; null while no frame tells one. */
  latencyMs: number | null;
  /** Media ahead of the playhead, ms. */
  bufferMs: number;
  /** `waiting`: wants to play and cannot, a seek under way included. */
  state: "starting" | "playing" | "waiting" | "paused";
  /** The target's place is buffered, with a margin: a seek to it plays on. */
  reachable: boolean;
  /** There is no rung below the present one. */
  lowestRung: boolean;
}

/** What to do now. Rate and rung hold until another action says otherwise; a seek is to be made once. */
export interface Action {
  rate: number;
  /** Moves the playhead on the media timeline, ms, + forward. */
  seekByMs: number | null;
  /** `lower`: no higher rung than the present one's next lower. */
  rung: "any" | "lower";
}
