// Takes the pictures of README: a match on the small ladder, watched by both protocols from both networks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { pageOf, startCrowd } from "#crowd";
import { Theatre } from "../test/support/browser.ts";
import { crowdOn, FASTWEB, TIM } from "../test/support/crowd.ts";
import { stageMatch } from "../test/support/play.ts";

const FOLDER = "docs/pictures";
/** Mb/s and viewers enough to be worth plotting, on two cores beside the match. */
const CROWD_VIEWERS = 400;
/** Viewers of one moment need a while to come to it. */
const MOMENT_MS = ms(20_000);
/** Plots need a past to be worth a picture. */
const WATCHED_MS = ms(70_000);

/** A crowd at a goal, and the page of its report. */
async function pictureOfCrowd(): Promise<void> {
  const settings = crowdOn(match, {
    viewers: CROWD_VIEWERS,
    protocols: [
      { protocol: "dash", share: 0.7 },
      { protocol: "hls", share: 0.3 },
    ],
    arrival: "goal",
    overMs: 2_000,
    durationMs: 45_000,
    atMs: 20_000,
    shares: { fastweb: 0.6, tim: 0.4 },
  });
  const crowd = await startCrowd(settings, { clock: systemClock });
  const report = await crowd.ended;
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  const file = join(folder, "crowd.html");
  writeFileSync(file, pageOf(report));
  const page = await theatre.tab({ width: 1_280, height: 1_100 });
  await page.goto(`file://${file}`);
  await page.screenshot({ path: `${FOLDER}/crowd.png` });
  rmSync(folder, { recursive: true });
}

/** Two viewers of one city at one moment, in one window, which opens six connections to an edge for all that is in it. */
async function pictureOfTheMoment(): Promise<void> {
  const frames = ["own", "dash"].map(
    (protocol) =>
      `<iframe src="${match.urls.watch}/?protocol=${protocol}&network=${FASTWEB}" allow="autoplay"></iframe>`,
  );
  const style =
    "body{margin:0;background:#000;display:grid;grid-template-columns:1fr 1fr;gap:4px}iframe{border:0;width:100%;height:430px}";
  const page = await theatre.tab({ width: 1_280, height: 430 });
  await page.goto(match.urls.watch);
  await page.setContent(`<style>${style}</style>${frames.join("")}`);
  await systemClock.sleep(MOMENT_MS);
  await page.screenshot({ path: `${FOLDER}/one-moment.png` });
  await page.close();
}

const match = await stageMatch();
const theatre = await Theatre.open();
try {
  const watched = await theatre.watch({
    watchUrl: match.urls.watch,
    protocol: "own",
    network: FASTWEB,
  });
  await theatre.watch({ watchUrl: match.urls.watch, protocol: "hls", network: TIM });
  await watched.page.setViewportSize({ width: 1_280, height: 800 });
  const room = await theatre.tab({ width: 1_440, height: 900 });
  await room.goto(match.urls.controlRoom);
  await systemClock.sleep(WATCHED_MS);
  await room.screenshot({ path: `${FOLDER}/control-room.png` });
  await watched.page.keyboard.press("d");
  await systemClock.sleep(ms(2_000));
  await watched.page.screenshot({ path: `${FOLDER}/watch-details.png` });
  for (const page of [watched.page, room]) await page.close();
  await pictureOfTheMoment();
  await pictureOfCrowd();
} finally {
  await theatre.close();
  await match.close();
}
