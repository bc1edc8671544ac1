// What has to be known before media can be asked for: the manifest and the time.
import type { PageClock } from "../../page/clock.ts";
import { movedTo } from "../../page/route.ts";
import { DOCUMENT_DEADLINE_MS } from "../limits.ts";
import type { PlayerOptions } from "../player.ts";
import { CLOCK_PATIENCE_MS } from "./limits.ts";

/** The clock is looked at this often, ms. */
const CLOCK_PERIOD_MS = 4;

/** Where a manifest is asked for. */
export interface ManifestAsk extends Pick<PlayerOptions, "edges" | "early"> {
  /** The address that is fetched for the one that is meant. */
  readonly prepare: (url: string) => string;
  readonly signal: AbortSignal;
}

/**
 * The manifest: what the page asked for already, else from where it was named, else from any other edge. Throws a sentence
 * when none has it.
 */
export async function manifestText(url: string, ask: ManifestAsk): Promise<string> {
  const fetched = (each: string) => (): Promise<Response> => {
    const signal = AbortSignal.any([ask.signal, AbortSignal.timeout(DOCUMENT_DEADLINE_MS)]);
    return fetch(ask.prepare(each), { cache: "no-store", signal });
  };
  const early = ask.early(url);
  const others = ask.edges.map((edge) => movedTo(url, edge.url));
  let problem = "no edge is known";
  const ways = [...new Set([url, ...others])].map(fetched);
  for (const way of early ? [() => early, ...ways] : ways) {
    try {
      const answer = await way();
      if (answer.ok) return await answer.text();
      problem = `the manifest is answered with ${answer.status}`;
    } catch (failure) {
      if (ask.signal.aborted) throw failure;
      problem = `the manifest did not come: ${failure instanceof Error ? failure.message : String(failure)}`;
    }
  }
  throw new Error(problem);
}

/** Resolves after the clock's first exchange with an edge; without any, this machine's clock has to do. */
export function clockKnown(
  clock: Pick<PageClock, "after" | "monotonic" | "errorMs">,
  ended: AbortSignal,
): Promise<void> {
  const start = clock.monotonic();
  return new Promise((resolve) => {
    const look = (): void => {
      const waited = clock.monotonic() - start;
      if (clock.errorMs !== null || waited > CLOCK_PATIENCE_MS || ended.aborted) resolve();
      else clock.after(CLOCK_PERIOD_MS, look);
    };
    look();
  });
}
