// The stage of a play: a whole match on free ports, on the small ladder, in a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { exampleMatchFile, readMatchFile, type RunningMatch, startMatch } from "#cli";
import { type Match, mpdPath } from "#protocol";

/** The first pictures are there this soon after the last role listens. */
const ON_AIR_LIMIT_MS = 20_000;

/** Starts the example match, changed by `change`, and waits until it is on air; nothing that dies is started again. */
export async function stageMatch(
  change: (match: Match) => void = () => undefined,
): Promise<RunningMatch> {
  const match = readMatchFile(exampleMatchFile);
  match.channel.profile = "small";
  change(match);
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  const running = await startMatch(
    { match, ports: "free", folder, restart: false },
    { clock: systemClock },
  );
  await onAir(running, match.channel.id);
  return {
    ...running,
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function onAir(match: RunningMatch, channel: string): Promise<void> {
  const start = systemClock.monotonic();
  for (const { url } of match.urls.edges) {
    const mpd = `${url}${mpdPath(channel)}`;
    while ((await fetch(mpd)).status !== 200) {
      if (systemClock.monotonic() - start > ON_AIR_LIMIT_MS) throw new Error(`${mpd} is not there`);
      await systemClock.sleep(ms(100));
    }
  }
}
