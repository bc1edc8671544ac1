// Takes the pictures of README: a match on the small ladder, watched by both protocols from both networks.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { Theatre } from "../test/support/browser.ts";
import { stageMatch } from "../test/support/play.ts";

const FOLDER = "docs/pictures";
const FASTWEB = 12_874;
const TIM = 3_269;
/** Plots need a past to be worth a picture. */
const WATCHED_MS = ms(70_000);

const match = await stageMatch();
const theatre = await Theatre.open();
try {
  const watched = await theatre.watch({
    watchUrl: match.urls.watch,
    protocol: "dash",
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
} finally {
  await theatre.close();
  await match.close();
}
