// dash.js for a live edge of 1.5 s: settings alone, each with its why.
import type { MediaPlayerSettingClass } from "dashjs";
import { DOCUMENT_DEADLINE_MS, EDGE_PENALTY_S, FIRST_RATE_KBPS, KEEP_BEHIND_S } from "./limits.ts";
import type { PlayerOptions } from "./player.ts";

/** Settings for one session. */
export function dashSettings(
  options: Pick<PlayerOptions, "session" | "channel" | "targetLatencyMs">,
): MediaPlayerSettingClass {
  return {
    debug: { logLevel: 1 },
    streaming: {
      // The director's target counts, not the one in the shared manifest.
      applyServiceDescription: false,
      delay: { liveDelay: options.targetLatencyMs / 1_000 },
      // The page leads the playhead: without its catch-up dash.js sets the rate only when it resets, and jumps only over
      // gaps and out of what has left the time-shift buffer.
      liveCatchup: { enabled: false },
      // The page tells dash.js the time.
      utcSynchronization: { enabled: false },
      manifestRequestTimeout: DOCUMENT_DEADLINE_MS,
      fragmentRequestTimeout: DOCUMENT_DEADLINE_MS,
      // A second try would go to the same edge: the first failure leaves it, for as long as steering's answer lives.
      retryAttempts: { MediaSegment: 0, InitializationSegment: 0, MPD: 1, other: 0 },
      retryIntervals: { MPD: 200 },
      blacklistExpiryTime: EDGE_PENALTY_S,
      applyContentSteering: true,
      buffer: { bufferToKeep: KEEP_BEHIND_S, bufferPruningInterval: 10 },
      text: { defaultEnabled: false },
      // Each session starts from the same state, so that two sessions can be compared.
      lastBitrateCachingInfo: { enabled: false },
      lastMediaSettingsCachingInfo: { enabled: false },
      abr: {
        initialBitrate: { video: FIRST_RATE_KBPS },
        limitBitrateByPortal: true,
        usePixelRatioInLimitBitrateByPortal: true,
        // The page clears the browser's list of requests, and a held request's duration is no throughput.
        throughput: { useResourceTimingApi: false, sampleSettings: {}, ewma: {} },
        // A growing segment is always "slow": it lasts as long as it plays.
        rules: { abandonRequestsRule: { active: false } },
      },
      cmcd: {
        enabled: true,
        mode: "query",
        sid: options.session,
        cid: options.channel,
        enabledKeys: ["sid", "cid"],
        includeInRequests: ["segment", "mpd"],
        applyParametersFromMpd: false,
      },
    },
  };
}
