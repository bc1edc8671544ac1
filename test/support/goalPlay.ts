// A play: a goal from the operator's desk to the picture of a viewer, and what he sees of a dead edge in between: nothing.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { cueSchema, parseJson } from "#protocol";
import type { Theatre, Viewer } from "./browser.ts";
import { FASTWEB } from "./crowd.ts";

/** The barcode counts wall time in steps of 20 ms; the small ladder has a picture each 40. */
const BARCODE_STEP_MS = 20;
const PICTURE_MS = 40;
/** How long after its frame a cue may be seen here, with a browser and a whole match on a few busy cores. */
const SEEN_WITHIN_MS = 200;

/** A cue as it was first seen over the picture. */
interface Seen {
  text: string;
  /** The capture time of the frame that was shown then; what its barcode told, null without one. */
  frameMs: number;
  drawnMs: number | null;
}

interface CuePage {
  regista: {
    barcode(): number | null;
    cues(): { told: { seq: number; mediaTimeMs: number }[]; late: number; lost: number };
  };
  seen: Seen[];
  document: {
    querySelectorAll(selector: string): Iterable<{ textContent: string }>;
    querySelector(selector: string): {
      requestVideoFrameCallback(work: (now: number, frame: { mediaTime: number }) => void): void;
    };
  };
  requestAnimationFrame(work: () => void): void;
}

/** Looks at the page in each of its animation frames, after the callbacks of the video's own. */
function watchOverlay(): void {
  const page = globalThis as unknown as CuePage;
  const video = page.document.querySelector("video");
  let frameMs = Number.NaN;
  page.seen = [];
  const shown = (_now: number, { mediaTime }: { mediaTime: number }): void => {
    // DASH media time is capture time.
    frameMs = mediaTime * 1_000;
    video.requestVideoFrameCallback(shown);
  };
  video.requestVideoFrameCallback(shown);
  const look = (): void => {
    for (const { textContent } of page.document.querySelectorAll(".cues p"))
      if (!page.seen.some(({ text }) => text === textContent))
        page.seen.push({ text: textContent, frameMs, drawnMs: page.regista.barcode() });
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
    for (const start = systemClock.monotonic(); systemClock.monotonic() - start < 8_000;) {
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
    const { text, frameMs, drawnMs } = await seen(67);
    assert.equal(text, "GOAL67' · home 1–0");
    const [cue] = (await told()).told;
    assert.ok(cue && drawnMs !== null, "the barcode is read");
    const after = frameMs - cue.mediaTimeMs;
    assert.ok(after >= -1, `seen ${-after} ms before its frame`);
    assert.ok(after <= PICTURE_MS + SEEN_WITHIN_MS, `seen ${after} ms after its frame: ${JSON.stringify(cue)}`);
    // A source that is late shows a picture twice: then the older one is the frame's.
    const twice = frameMs - drawnMs > PICTURE_MS;
    const early = cue.mediaTimeMs - drawnMs > BARCODE_STEP_MS;
    assert.ok(twice || !early, `seen with the picture of ${cue.mediaTimeMs - drawnMs} ms before`);
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
