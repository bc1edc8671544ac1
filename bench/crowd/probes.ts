// What is read of the match while the crowd watches: processes, the edge's work upstream, the origin's freshness.
import { ms, type MonoMs } from "#base";
import { type Clock, systemClock, type Timer } from "#base/clock";
import { type RunningMatch, type Usage, usageOf } from "#cli";

/** CPU and memory of every process at one instant, by name. */
export interface UsageReading {
  readonly at: MonoMs;
  readonly usages: ReadonlyMap<string, Usage>;
}

/** Reads the match's processes, the crowd's, and this one. */
export function readUsage(match: RunningMatch, crowd: readonly number[]): UsageReading {
  const names = new Map<number, string>([[process.pid, "the bench"]]);
  for (const { pid, plan } of match.processes) if (pid !== undefined) names.set(pid, plan.id);
  crowd.forEach((pid, index) =>
    names.set(pid, crowd.length === 1 ? "crowd" : `crowd ${index + 1}`),
  );
  const usages = usageOf([...names.keys()]);
  return {
    at: systemClock.monotonic(),
    usages: new Map([...usages].map(([pid, usage]) => [names.get(pid) ?? String(pid), usage])),
  };
}

/** Requests that the edge at `url` has sent upstream since its start. */
export async function edgeWork(url: string): Promise<number> {
  const answer = await fetch(`${url}/status`);
  const { upstreamClient } = (await answer.json()) as { upstreamClient: { requests: number } };
  return upstreamClient.requests;
}

const LOOK_PERIOD_MS = ms(500);
/** Rungs that the crowd takes. */
const TAKEN = ["v144", "a128"];

/** How old the origin's newest parts are, looked at again and again: from capture of their end to now. */
export class OriginWatch {
  readonly #url: string;
  readonly #timer: Timer;
  readonly #behindMs: number[] = [];

  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#timer = clock.every(LOOK_PERIOD_MS, () => void this.#look());
  }

  close(): void {
    this.#timer.cancel();
  }

  /** A quantile of the oldest of both tracks, ms; infinite when the origin never answered. */
  behindMs(share: number): number {
    const sorted = this.#behindMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity;
  }

  async #look(): Promise<void> {
    try {
      const answer = await fetch(`${this.#url}/status`);
      const { renditions } = (await answer.json()) as {
        renditions: { rendition: string; behindMs: number | null }[];
      };
      const taken = renditions.filter(({ rendition }) => TAKEN.includes(rendition));
      this.#behindMs.push(Math.max(...taken.map(({ behindMs }) => behindMs ?? Infinity)));
    } catch {
      this.#behindMs.push(Infinity);
    }
  }
}
