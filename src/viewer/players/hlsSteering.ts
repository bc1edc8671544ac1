// hls.js keeps a pathway that failed out for five minutes, whatever steering says. Here the director's word counts again
// when it has been said twice: five to ten seconds after the failure.
import { ContentSteeringController, Events } from "hls.js";
import type Hls from "hls.js";

/** hls.js's content steering, with a short memory for failures. */
export class ForgivingSteering extends ContentSteeringController {
  /** Pathways that were out already when steering last answered. */
  #noted: ReadonlySet<string> = new Set();

  constructor(hls: Hls) {
    super(hls);
    // Told before hls.js applies the list that came.
    hls.on(Events.STEERING_MANIFEST_LOADED, () => this.#forgive());
  }

  #forgive(): void {
    const out = this["penalizedPathways"] as Record<string, number>;
    for (const pathway of Object.keys(out)) if (this.#noted.has(pathway)) delete out[pathway];
    this.#noted = new Set(Object.keys(out));
  }
}
