// A play: a goal from the operator's desk to the picture of a viewer, and what he sees of a dead edge in between: nothing.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { cueSchema, parseJson } from "#protocol";
import type { Theatre, Viewer } from "./browser.ts";
import { FASTWEB } from "./crowd.ts";

/** How long after its frame a cue may be seen here, with a browser and a whole match on a few busy cores. */
const SEEN_WITHIN_MS = 200;

/** A cue as it was first seen over the picture. Readings of the page's monotonic clock. */
interface Seen {
  text: string;
  at: number;
  /** The frames shown until then: when each was captured, by its place in the media, and when it was there. */
  frames: [capturedMs: number, at: number][];
}

interface CuePage {
  regista: { cues(): { told: { seq: number; mediaTimeMs: number }[]; lost: number } };
  seen: Seen[];
  document: {
    querySelectorAll(selector: string): Iterable<{ textContent: string }>;
    querySelector(selector: string): {
      requestVideoFrameCallback(work: (now: number, frame: { mediaTime: number }) => void): void;
    };
  };
  requestAnimationFrame(work: (now: number) => void): void;
}

/**
 * Looks at the page in each of its animation frames, after the callbacks of the video's own. DASH media time is capture
 * time; the barcode would not do, since a source that is late shows one picture twice.
 */
function watchOverlay(): void {
  const page = globalThis as unknown as CuePage;
  const video = page.document.querySelector("video");
  const frames: Seen["frames"] = [];
  page.seen = [];
  const shown = (now: number, { mediaTime }: { mediaTime: number }): void => {
    frames.push([mediaTime * 1_000, now]);
    if (frames.length > 500) frames.shift();
    video.requestVideoFrameCallback(shown);
  };
  video.requestVideoFrameCallback(shown);
  const look = (now: number): void => {
    for (const { textContent: text } of page.document.querySelectorAll(".cues p"))
      if (!page.seen.some((each) => each.text === text))
        page.seen.push({ text, at: now, frames: [...frames] });
    page.requestAnimationFrame(look);
  };
  page.requestAnimationFrame(look);
}

/** Registers its tests on a match that runs already. The last one kills an edge. */
export function playGoals(stage: () => { match: RunningMatch; theatre: Theatre }): void {
  let viewer: Viewer;
  before(async () => {
    const { match, theatre } = stage();
    const place = { watchUrl: match.urls.watch, network: FASTWEB };
    viewer = await theatre.watch({ ...place, protocol: "dash" });
    await viewer.playing(systemClock);
    await viewer.page.evaluate(watchOverlay);
  });

  const told = () => viewer.page.evaluate(() => (globalThis as unknown as CuePage).regista.cues());

  const seen = async (minute: number): Promise<Seen> => {
    for (const start = systemClock.monotonic(); systemClock.monotonic() - start < 15_000;) {
      const all = await viewer.page.evaluate(() => (globalThis as unknown as CuePage).seen);
      const one = all.find(({ text }) => text.includes(`${minute}'`));
      if (one) return one;
      await systemClock.sleep(ms(50));
    }
    const state = await viewer.state();
    throw new Error(`minute ${minute} was not seen: ${JSON.stringify([await told(), state])}`);
  };

  test("a goal from the cue desk is seen with its frame: not before it, and not long after", async () => {
    const { match, theatre } = stage();
    const desk = await theatre.tab({ width: 1280, height: 800 });
    await desk.goto(match.urls.controlRoom);
    await desk.getByText("Enter a cue").waitFor();
    await desk.keyboard.press("c");
    await desk.getByLabel("minute").fill("67");
    await desk.getByRole("button", { name: "Goal, home" }).click();
    await desk.getByText("Entered: goal").waitFor();
    const { text, at, frames } = await seen(67);
    assert.equal(text, "GOAL67' · home 1–0");
    const [cue] = (await told()).told;
    assert.ok(cue);
    const frame = frames.find(([capturedMs]) => capturedMs >= cue.mediaTimeMs - 1);
    assert.ok(frame, "it was seen before its frame");
    const after = at - frame[1];
    assert.ok(after <= SEEN_WITHIN_MS, `it was seen ${after} ms after its frame`);
    await desk.context().close();
  });

  test("a goal is seen once, although the edge that tells it dies in between", async () => {
    const { match } = stage();
    process.kill(match.process("edge ixp-roma").pid as number, "SIGKILL");
    const answer = await fetch(`${match.urls.controlRoom}/cue`, {
      method: "POST",
      body: JSON.stringify({ v: 1, kind: "goal", data: { minute: 68 }, delayMs: 0 }),
    });
    const { seq } = parseJson("cue", cueSchema, await answer.text());
    await seen(68);
    const cues = await told();
    assert.equal(cues.told.filter((each) => each.seq === seq).length, 1);
    assert.equal(new Set(cues.told.map((each) => each.seq)).size, cues.told.length);
    assert.equal(cues.lost, 0);
    await viewer.page.context().close();
  });
}
