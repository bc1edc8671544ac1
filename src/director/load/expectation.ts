// What one viewer is expected to draw: what edges send over what they count, where they tell; else the operator's word.
import type { Heartbeat } from "#protocol";
import { EXPECT_FROM_VIEWERS, EXPECTED_MBPS } from "./limits.ts";

/** The share of a new reading in what is expected: half of a change is believed after three seconds. */
const WEIGHT = 0.2;

export class Expectation {
  #mbps: number;
  #told = false;

  /** `usual` is the operator's word, Mb/s. */
  constructor(usual: number) {
    this.#mbps = usual;
  }

  /** Mb/s. */
  get mbps(): number {
    return this.#mbps;
  }

  /** Takes the last heartbeats of all edges that are up. To be called each second. */
  hear(heartbeats: Iterable<Heartbeat>): void {
    let viewers = 0;
    let mbps = 0;
    for (const heartbeat of heartbeats) {
      viewers += heartbeat.viewers;
      mbps += heartbeat.mbps;
    }
    if (viewers < EXPECT_FROM_VIEWERS) return;
    const { least, most } = EXPECTED_MBPS;
    const drawn = Math.min(most, Math.max(least, mbps / viewers));
    this.#mbps = this.#told ? this.#mbps + WEIGHT * (drawn - this.#mbps) : drawn;
    this.#told = true;
  }
}
