// When a cue is on the screen, in true time: seen in the page, frame by frame of its animation.
import type { Page } from "playwright-core";
import type { Truth } from "../../test/support/falseClock.ts";

/** A cue that our page has put on the screen. Instants are true UTC ms. */
export interface ShownCue {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly shownAt: number;
  /** How the page itself judged it: "past" is for its list alone. */
  readonly timing: string;
}

interface CuePage extends Record<string, unknown> {
  regista?: { cues(): { told: readonly { seq: number; mediaTimeMs: number; timing: string }[] } };
  requestAnimationFrame(work: () => void): void;
}

/**
 * Runs in the page. What was told before an animation frame is painted in it, and on the screen when the next one
 * begins.
 */
function watchCues(key: string): void {
  const page = globalThis as unknown as CuePage;
  const truth = page[key] as Truth;
  const shown: ShownCue[] = [];
  let painted: Omit<ShownCue, "shownAt">[] = [];
  let known = page.regista?.cues().told.length ?? 0;
  const look = (): void => {
    const shownAt = truth.utc();
    for (const cue of painted) shown.push({ ...cue, shownAt });
    const told = page.regista?.cues().told ?? [];
    painted = told
      .slice(known)
      .map(({ seq, mediaTimeMs, timing }) => ({ seq, mediaTimeMs, timing }));
    known = told.length;
    page.requestAnimationFrame(look);
  };
  page.requestAnimationFrame(look);
  Object.defineProperty(page, `${key}-cues`, { value: () => shown.splice(0) });
}

/** Begins to watch the cues of a page of ours. */
export const beginCueWatch = (page: Page, key: string): Promise<void> =>
  page.evaluate(watchCues, key);

/** The cues that came on the screen since the last call. */
export const takeCues = (page: Page, key: string): Promise<ShownCue[]> =>
  page.evaluate(
    (name) => (globalThis as unknown as Record<string, () => ShownCue[]>)[name]?.() ?? [],
    `${key}-cues`,
  );
