// What came into the media buffers and when: the viewer's hops of a part, and the distance that this viewer could hold.
import type { MediaHop } from "#protocol";
import { tapBuffers } from "./bufferTap.ts";
import type { PageClock } from "./clock.ts";
import { Need } from "./need.ts";
import { PartStamps, type ShownFrame } from "./partStamps.ts";

export interface ArrivalsParts {
  clock: Pick<PageClock, "monotonic" | "utcAt">;
  /** The capture time of a media time, by the player that plays now. */
  captureMs: (mediaTimeS: number) => number | null;
  /** After each append. */
  onAppend: () => void;
}

/** Of every player of the page, one after the other. */
export class Arrivals {
  readonly #stamps = new PartStamps();
  readonly #need = new Need();

  constructor({ clock, captureMs, onAppend }: ArrivalsParts) {
    tapBuffers(
      () => clock.monotonic(),
      ({ track, endS, at }) => {
        onAppend();
        const endMs = captureMs(endS);
        if (endMs === null) return;
        this.#need.appended(track, endMs, clock.utcAt(at));
        if (track === "video") this.#stamps.arrived(endMs, clock.utcAt(at));
      },
    );
  }

  /** The least distance that could be held, ms; null before there is enough to tell it. */
  needMs(utcMs: number): number | null {
    return this.#need.ms(utcMs);
  }

  /** The hops to tell when `frame` is the first of a part and it is time for one. */
  shown(
    frame: ShownFrame,
    names: { channel: string; rendition: string; node: string },
  ): MediaHop[] {
    return this.#stamps.shown(frame, names);
  }

  /** Another player starts. */
  clear(): void {
    this.#stamps.clear();
    this.#need.clear();
  }
}
