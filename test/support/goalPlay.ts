// A play: a goal from the operator's desk to the picture of a viewer, and what he sees of a dead edge in between: nothing.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { cueSchema, parseJson } from "#protocol";
import type { Theatre, Viewer } from "./browser.ts";
import { FASTWEB } from "./crowd.ts";

/** The barcode counts wall time in steps of 20 ms, and the small ladder has a picture each 40. */
const BARCODE_STEP_MS = 20;
const PICTURE_MS = 40;
/** How long after its frame a cue may be seen here, with a browser and a whole match on a few busy cores. */
const SEEN_WITHIN_MS = 200;

/** A cue as it was first seen over the picture, with what the barcode of that picture told. */
interface Seen {
  text: string;
  drawnMs: number | null;
}

interface CuePage {
  regista: {
    barcode(): number | null;
    cues(): { told: { seq: number; mediaTimeMs: number }[]; late: number; lost: number };
  };
  seen: Seen[];
  document: { querySelectorAll(selector: string): Iterable<{ textContent: string }> };
  requestAnimationFrame(work: () => void): void;
}

/** Looks at the page in each of its animation frames. */
function watchOverlay(): void {
  const page = globalThis as unknown as CuePage;
  page.seen = [];
  const look = (): void => {
    for (const { textContent } of page.document.querySelectorAll(".cues p"))
      if (!page.seen.some(({ text }) => text === textContent))
        page.seen.push({ text: textContent, drawnMs: page.regista.barcode() });
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
    const { text, drawnMs } = await seen(67);
    assert.equal(text, "GOAL67' · home 1–0");
    const [cue] = (await told()).told;
    assert.ok(cue && drawnMs !== null, "the barcode is read");
    const after = drawnMs - cue.mediaTimeMs;
    assert.ok(after >= -BARCODE_STEP_MS, `seen ${-after} ms before its frame`);
    assert.ok(after <= PICTURE_MS + SEEN_WITHIN_MS, `seen ${after} ms after its frame`);
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
