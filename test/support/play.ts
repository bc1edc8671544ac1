// The stage of a play: a whole match on free ports, on the small ladder, in a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#base/clock";
import { exampleMatchFile, readMatchFile, type RunningMatch, startMatch } from "#cli";
import type { Match } from "#protocol";

/** Starts the example match, changed by `change`; nothing that dies is started again. */
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
  return {
    ...running,
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
