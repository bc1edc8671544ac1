// Crowds for tests.
import type { CrowdSettings } from "./settings.ts";

/** A small steady crowd by DASH from one network, changed by `change`. */
export function settingsOf(change: Partial<CrowdSettings> = {}): CrowdSettings {
  return {
    channel: "match",
    viewers: 10,
    protocols: [{ protocol: "dash", share: 1 }],
    arrival: "steady",
    overMs: 1_000,
    durationMs: 5_000,
    atMs: null,
    networks: [{ name: "here", asn: null, prefix: null, share: 1, edges: ["http://127.0.0.1:9"] }],
    director: null,
    targetLatencyMs: 1_500,
    rendition: "lowest",
    audio: true,
    cmcd: true,
    sampled: 0.02,
    payload: 1,
    seed: 1,
    processes: null,
    ...change,
  };
}
