// Ties the cues to the one who watches: the edges as this viewer reaches them, the frames as they are presented.
import type { WatchConfig } from "../config.ts";
import type { PageClock } from "./clock.ts";
import { type CueView, PageCues } from "./cues.ts";
import { cueSource, eventEdges } from "./cueSource.ts";
import { viaGateway } from "./route.ts";
import type { Watch } from "./watch.ts";

export interface WatchCuesOptions {
  readonly config: WatchConfig;
  readonly clock: PageClock;
  readonly watch: () => Watch | null;
  readonly onChange: (view: CueView) => void;
}

/** The cues of `watch()`, from whichever edge has them. */
export function watchCues({ config, clock, watch, onChange }: WatchCuesOptions): PageCues {
  const edges = (): string[] => {
    const here = watch();
    const gateway = here?.choice?.network?.gateway ?? null;
    return eventEdges(config.edges, here?.view().edge?.id ?? null).map(({ url }) =>
      viaGateway(url, gateway),
    );
  };
  return new PageCues({
    clock,
    onChange,
    source: cueSource({ channel: config.channel, edges, clock, random: () => Math.random() }),
    nextPaint: (work) => void requestAnimationFrame(work),
  });
}
