// hls.js keeps a pathway that failed out for five minutes, whatever steering says. Here the director's word counts again
// when it has been said twice: five to ten seconds after the failure.
import { ContentSteeringController, Events, type HlsConfig } from "hls.js";
import type Hls from "hls.js";
import { DOCUMENT_DEADLINE_MS, STEERING_SHED_LONGEST_MS, STEERING_SHED_WAIT_MS } from "./limits.ts";

/**
 * hls.js never asks again once steering has answered 429, though it is to wait for Retry-After (rfc8216bis 7.4). Its loader
 * is made to wait and ask again instead: 410 and all else stay final.
 */
export const patientSteering: HlsConfig["steeringManifestLoadPolicy"] = {
  default: {
    maxTimeToFirstByteMs: DOCUMENT_DEADLINE_MS,
    maxLoadTimeMs: DOCUMENT_DEADLINE_MS,
    timeoutRetry: null,
    errorRetry: {
      maxNumRetry: Number.MAX_SAFE_INTEGER,
      retryDelayMs: STEERING_SHED_WAIT_MS,
      maxRetryDelayMs: STEERING_SHED_LONGEST_MS,
      backoff: "linear",
      shouldRetry: (_policy, _count, _late, answer) => answer?.code === 429,
    },
  },
};

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
