// A match, and viewers in two networks.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { ms } from "#base";
import { captionLanguages, captionsBetween } from "#broadcaster";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { readMediaPlaylist, readWebvtt } from "#media/hls";
import { Theatre, type FrameSample, type Viewer } from "../support/browser.ts";
import { FASTWEB, TIM } from "../support/crowd.ts";
import { playGoals } from "../support/goalPlay.ts";
import { stageMatch } from "../support/play.ts";

const clock = systemClock;
/** A viewer is at its place this near its target, its start being over; the benchmark measures how near. */
const NEAR_MS = 400;
/** Viewers of one match are this near to each other, and what a page says to its picture: a frame is 40 ms of it, and the machine is a small one. */
const TOGETHER_MS = 100;

describe("a match on one machine", () => {
  let match: RunningMatch;
  let theatre: Theatre;
  before(async () => {
    [match, theatre] = await Promise.all([stageMatch(), Theatre.open()]);
  });
  after(async () => {
    await theatre?.close();
    await match?.close();
  });

  for (const protocol of ["dash", "hls"] as const)
    for (const [network, edge] of [
      [FASTWEB, "isp-roma"],
      [TIM, "ixp-roma"],
    ] as const)
      test(`AS${network} watches by ${protocol} through ${edge}, and the page's delay is the picture's`, async () => {
        const viewer = await theatre.watch({ watchUrl: match.urls.watch, protocol, network });
        await viewer.playing(clock);
        // A slow start may take the other edge for a while; steering brings the viewer to this one.
        const state = await viewer.until(
          `near the camera through ${edge}`,
          (told) =>
            told.edge === edge &&
            told.latencyMs !== null &&
            Math.abs(told.latencyMs - told.targetMs) < NEAR_MS,
          { clock, limitMs: 20_000 },
        );
        assert.equal(state.protocol, protocol);
        await comesTrue(async () => {
          const frames = await samples(viewer, 10);
          const apart = frames.map(({ g2gBarcodeMs, g2gPageMs }) =>
            Math.abs((g2gPageMs ?? Infinity) - (g2gBarcodeMs ?? Infinity)),
          );
          const together = apart.filter((differMs) => differMs < TOGETHER_MS);
          assert.ok(together.length >= 8, `page and picture are ${inMs(apart)} apart`);
          const [first, last] = [frames[0], frames.at(-1)] as [FrameSample, FrameSample];
          assert.ok(last.mediaTime > first.mediaTime, "the pictures move");
        });
        await viewer.page.context().close();
      });

  test("text comes through every edge, and says of each instant what the test signal says of it", async () => {
    for (const { url } of match.urls.edges)
      for (const language of captionLanguages) {
        const read = async (path: string): Promise<string> =>
          (await fetch(`${url}/match/${path}`)).text();
        const { segments } = readMediaPlaylist(await read(`${language.rendition}.m3u8`));
        const segment = segments.at(-1);
        assert.ok(segment && segment.startsAt !== null);
        const fromMs = segment.startsAt;
        const said = captionsBetween(language, { fromMs, toMs: fromMs + segment.durationMs });
        const { cues } = readWebvtt(await read(segment.uri));
        for (const { fromMs: from, toMs: to, caption } of said) {
          const during = cues.filter(
            ({ startMs, endMs }) => fromMs + startMs >= from && fromMs + endMs <= to,
          );
          const lasts = during.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
          assert.equal(lasts, caption ? to - from : 0);
          for (const { text } of during) assert.equal(text, caption?.text);
        }
      }
  });

  test("two players of one city show the same moment of the match", async () => {
    const watchUrl = match.urls.watch;
    const viewers = await Promise.all([
      theatre.watch({ watchUrl, protocol: "own", network: FASTWEB }),
      theatre.watch({ watchUrl, protocol: "hls", network: FASTWEB }),
    ]);
    for (const viewer of viewers)
      await viewer.until("in its place", ({ sync }) => sync === "in sync", {
        clock,
        limitMs: 20_000,
      });
    await comesTrue(async () => {
      const apart: number[] = [];
      for (let at = 0; at < 15; at += 1) {
        const [one, other] = await Promise.all(viewers.map((viewer) => viewer.sample()));
        if (one?.g2gBarcodeMs && other?.g2gBarcodeMs)
          apart.push(Math.abs(one.g2gBarcodeMs - other.g2gBarcodeMs));
      }
      const median = apart.sort((a, b) => a - b)[apart.length >> 1] ?? Infinity;
      assert.ok(apart.length >= 10, `${apart.length} of 15 pairs of barcodes were read`);
      assert.ok(median < TOGETHER_MS, `they are ${inMs(apart)} apart`);
    });
    for (const viewer of viewers) await viewer.page.context().close();
  });

  test("the control room shows the chain while a viewer watches, and where its network is served from", async () => {
    const viewer = await theatre.watch({
      watchUrl: match.urls.watch,
      protocol: "dash",
      network: FASTWEB,
    });
    await viewer.playing(clock);
    const page = await theatre.tab({ width: 1440, height: 900 });
    await page.goto(match.urls.controlRoom);
    await page.getByText("isp-roma").first().waitFor();
    await page
      .getByText(/s behind|behind the camera/)
      .first()
      .waitFor();
    await showsNetwork(page);
    await page.context().close();
    await viewer.page.context().close();
  });

  describe("the cues of a match", () => playGoals(() => ({ match, theatre })));
});

/** On `n` the networks by class; an address of Fastweb goes to the edge in Fastweb, and its table says what was dearer. */
async function showsNetwork(page: Page): Promise<void> {
  await page.keyboard.press("n");
  const fastweb = page
    .getByRole("region", { name: "Networks" })
    .getByRole("row", { name: /Fastweb/ });
  await fastweb.getByText("100").first().waitFor();
  await page.getByLabel("IP address").fill("127.0.1.77");
  await page.getByRole("button", { name: "explain" }).click();
  const way = page.getByRole("region", { name: "Where an address would go" });
  await way.getByRole("row", { name: /taken.*isp-roma.*on-net/ }).waitFor();
  await way.getByRole("row", { name: /dearer.*ixp-roma/ }).waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  const sideways = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  assert.equal(sideways, 0, "a phone need not scroll sideways");
}

/** A browser that is still busy starting hands out pictures late: what is measured may be measured again, a few times. */
async function comesTrue(measure: () => Promise<void>): Promise<void> {
  for (let tries = 4; tries > 0; tries -= 1)
    try {
      return await measure();
    } catch {
      await clock.sleep(ms(500));
    }
  await measure();
}

const inMs = (figures: readonly number[]): string => `${figures.map(Math.round).join(", ")} ms`;

async function samples(viewer: Viewer, count: number): Promise<FrameSample[]> {
  const frames: FrameSample[] = [];
  while (frames.length < count) frames.push(await viewer.sample());
  return frames;
}
