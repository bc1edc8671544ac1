// What players report of themselves in their requests, as counters: sums only, so that those of many workers add up.
import type { RequestCmcd } from "./requestCmcd.ts";

/** Object types by the counter that they raise; anything else is `cmcdOther`. */
const types: Readonly<Record<string, CmcdCount>> = {
  m: "cmcdManifest",
  v: "cmcdVideo",
  av: "cmcdVideo",
  a: "cmcdAudio",
  i: "cmcdInit",
};

/** A row a counter. */
export const cmcdCounts = {
  cmcdRequests: "Requests with a report.",
  cmcdManifest: "Reports on a manifest or playlist.",
  cmcdVideo: "Reports on video.",
  cmcdAudio: "Reports on audio.",
  cmcdInit: "Reports on a header.",
  cmcdOther: "Reports on another type of object, or on none that is named.",
  cmcdStarved: "The buffer had run dry since the player's last request (bs).",
  cmcdUrgent: "The object was wanted at once: start, seek, or after a dry buffer (su).",
  cmcdBufferBelow250Ms: "Buffer length (bl) below 250 ms.",
  cmcdBufferBelow500Ms: "Buffer length from 250 to 500 ms.",
  cmcdBufferBelow1000Ms: "Buffer length from 500 to 1,000 ms.",
  cmcdBufferBelow2000Ms: "Buffer length from 1,000 to 2,000 ms.",
  cmcdBufferLonger: "Buffer length of 2,000 ms or more.",
  cmcdThroughputReports: "Reports with a measured throughput (mtp).",
  cmcdThroughputKbps: "Sum of these throughputs, kb/s: over their number, the mean.",
} as const;
export type CmcdCount = keyof typeof cmcdCounts;

/** The highest throughput that is believed, kb/s; a greater one counts as this. */
const THROUGHPUT_KBPS = 10_000_000;

/** Counts reports. */
export class CmcdCounters {
  readonly #counts = Object.fromEntries(Object.keys(cmcdCounts).map((name) => [name, 0])) as Record<
    CmcdCount,
    number
  >;

  saw(report: RequestCmcd): void {
    const counts = this.#counts;
    counts.cmcdRequests++;
    counts[types[report.ot ?? ""] ?? "cmcdOther"]++;
    if (report.bs) counts.cmcdStarved++;
    if (report.su) counts.cmcdUrgent++;
    if (report.bl !== null) counts[bufferOf(report.bl)]++;
    if (report.mtp === null) return;
    counts.cmcdThroughputReports++;
    counts.cmcdThroughputKbps += Math.min(report.mtp, THROUGHPUT_KBPS);
  }

  all(): Readonly<Record<CmcdCount, number>> {
    return this.#counts;
  }
}

function bufferOf(bufferMs: number): CmcdCount {
  if (bufferMs < 250) return "cmcdBufferBelow250Ms";
  if (bufferMs < 500) return "cmcdBufferBelow500Ms";
  if (bufferMs < 1_000) return "cmcdBufferBelow1000Ms";
  return bufferMs < 2_000 ? "cmcdBufferBelow2000Ms" : "cmcdBufferLonger";
}
