// The process of a crowd inside a station: it takes settings, tells each half second how it is, and its report at the end.
import { ms, sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { type Crowd, type CrowdReport, crowdSettingsSchema, startCrowd } from "#crowd";

/** What it tells. */
export type CrowdMessage =
  | { readonly started: true }
  | { readonly now: Crowd["now"] }
  | { readonly report: CrowdReport }
  | { readonly failed: { readonly why: string } };

const TELL_PERIOD_MS = ms(500);

const tell = (message: CrowdMessage): void => void process.send?.(message);

try {
  const settings = crowdSettingsSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
  const crowd = await startCrowd(settings, { clock: systemClock });
  tell({ started: true });
  const telling = systemClock.every(TELL_PERIOD_MS, () => tell({ now: crowd.now }));
  for (const event of ["message", "disconnect", "SIGTERM", "SIGINT"] as const)
    process.once(event, () => void crowd.stop());
  const report = await crowd.ended;
  telling.cancel();
  tell({ now: crowd.now });
  tell({ report });
} catch (failure) {
  tell({ failed: { why: sentenceOf(failure) } });
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
