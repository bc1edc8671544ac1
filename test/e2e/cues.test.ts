// A goal from the control room's door to the picture of a viewer, and what he sees of a dead edge in between: nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { type Cue, cueSchema, parseJson } from "#protocol";
import { Theatre, type Viewer } from "../support/browser.ts";
import { FASTWEB } from "../support/crowd.ts";
import { stageMatch } from "../support/play.ts";

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
    cues(): { told: { seq: number; timing: string; lateMs: number }[]; late: number; lost: number };
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

describe("a goal entered in the control room", () => {
  let match: RunningMatch;
  let theatre: Theatre;
  let viewer: Viewer;
  before(async () => {
    [match, theatre] = await Promise.all([stageMatch(), Theatre.open()]);
    viewer = await theatre.watch({
      watchUrl: match.urls.watch,
      protocol: "dash",
      network: FASTWEB,
    });
    await viewer.playing(systemClock);
    await viewer.page.evaluate(watchOverlay);
  });
  after(async () => {
    await theatre?.close();
    await match?.close();
  });

  const enter = async (minute: number): Promise<Cue> => {
    const answer = await fetch(`${match.urls.controlRoom}/cue`, {
      method: "POST",
      body: JSON.stringify({ v: 1, kind: "goal", data: { team: "home", minute }, delayMs: 0 }),
    });
    assert.equal(answer.status, 201);
    return parseJson("cue", cueSchema, await answer.text());
  };

  const told = () => viewer.page.evaluate(() => (globalThis as unknown as CuePage).regista.cues());

  const seen = async (minute: number): Promise<Seen> => {
    for (const start = systemClock.monotonic(); systemClock.monotonic() - start < 8_000;) {
      const all = await viewer.page.evaluate(() => (globalThis as unknown as CuePage).seen);
      const one = all.find(({ text }) => text.includes(`${minute}'`));
      if (one) return one;
      await systemClock.sleep(ms(50));
    }
    throw new Error(`minute ${minute} was not seen: ${JSON.stringify(await told())}`);
  };

  test("is seen with its frame: not before it, and not long after", async () => {
    const cue = await enter(67);
    const { text, drawnMs } = await seen(67);
    assert.equal(text, "GOAL67' · home");
    assert.ok(drawnMs !== null, "the barcode is read");
    const after = drawnMs - cue.mediaTimeMs;
    assert.ok(after >= -BARCODE_STEP_MS, `seen ${-after} ms before its frame`);
    assert.ok(after <= PICTURE_MS + SEEN_WITHIN_MS, `seen ${after} ms after its frame`);
  });

  test("is seen once, although the edge that tells it dies in between", async () => {
    const teller = match.process("edge ixp-roma").pid as number;
    process.kill(teller, "SIGKILL");
    const cue = await enter(68);
    await seen(68);
    const cues = await told();
    assert.equal(cues.told.filter(({ seq }) => seq === cue.seq).length, 1);
    assert.equal(new Set(cues.told.map(({ seq }) => seq)).size, cues.told.length);
    assert.equal(cues.lost, 0);
  });
});
