// A tab with a false clock behind a path of its own, watched in true time.
import { randomUUID } from "node:crypto";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Page } from "playwright-core";
import type { Theatre } from "./browser.ts";
import { type FalseClock, falsify } from "./falseClock.ts";
import { FrameWatch, watchedStrip, watchFrames } from "./frameWatch.ts";
import type { Impairment } from "./impairedLink.ts";
import { openPath, type Path } from "./path.ts";

/** The pictures of all tabs are looked at this often, at the same instants, ms. */
export const MOMENTS_EVERY_MS = 250;
/** Small, so that a player that knows its window takes a low rung and eight of them fit on two cores. */
export const SMALL_WINDOW = { width: 320, height: 180 } as const;

export interface SeatOptions {
  /** Of this tab in its theatre, from 0: gives it its address 127.0.40.x. */
  readonly number: number;
  readonly falseClock: Pick<FalseClock, "offsetMs" | "ratePpm">;
  readonly impairment: Impairment;
  readonly seed: number;
  readonly window?: { readonly width: number; readonly height: number };
  /** Where a destination is really found. */
  readonly moved?: (destination: string) => string;
}

/** A tab that is ready to be led to a page. */
export interface Seat extends Closable {
  readonly page: Page;
  readonly path: Path;
  readonly frames: FrameWatch;
  readonly falseClock: FalseClock;
}

/** Opens a tab; it shows nothing yet. */
export async function takeSeat(
  theatre: Theatre,
  options: SeatOptions,
  clock: Clock,
): Promise<Seat> {
  const { number, impairment, seed, moved, window = SMALL_WINDOW } = options;
  const scope = new Scope();
  const address = `127.0.40.${number + 1}`;
  const path = scope.own(
    await openPath({ address, impairment, seed, ...(moved ? { moved } : {}) }, clock),
  );
  try {
    const page = await theatre.tab(window, { proxy: path.proxy });
    scope.defer(() => page.context().close());
    const falseClock: FalseClock = {
      ...options.falseClock,
      sinceUtcMs: clock.utc(),
      key: randomUUID(),
    };
    await page.addInitScript(falsify, falseClock);
    await page.addInitScript(watchFrames, {
      key: falseClock.key,
      everyMs: MOMENTS_EVERY_MS,
      ...watchedStrip,
    });
    const frames = new FrameWatch(page, falseClock.key);
    return { page, path, frames, falseClock, close: () => scope.close() };
  } catch (failure) {
    await scope.close();
    throw failure;
  }
}
