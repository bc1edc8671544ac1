// An access network lowers its limits while a match is on: on all that comes, and on what its own caches deliver.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { elapsed, ms } from "#base";
import { systemClock } from "#base/clock";
import { explanationSchema } from "#protocol";
import { whyNoLab } from "../support/lab/index.ts";
import { assertSettled, curtain, movesOf, setStage, type Stage } from "../support/lab/stage.ts";

const viewers = { fastweb: 60, vodafone: 20, tim: 20 } as const;
/** Who comes when the caches are full. */
const LATE_VIEWERS = 10;
/** Less than half of what Fastweb's viewers draw, Mb/s. */
const LIMIT_MBPS = 5;
/** What they draw, about. */
const WHOLE_MBPS = 12;
/** The contract's own: a limit holds from so long after it was told, ms. */
const OBEYED_MS = 5_000;
/** So long after it viewers have followed their steering: two polls and the segment that they end, ms. */
const DRAINED_MS = 15_000;
/** The audit is given so long of a limit in force, ms. */
const WATCHED_MS = 15_000;

const explained = async ({ chain }: Stage, ip: string) =>
  explanationSchema.parse(await chain.ask("director", `/explain?ip=${ip}`));

test(
  "a network lowers its limit mid-match: within five seconds decisions know it, nobody is chased from edge to edge, others do not notice",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const stage = await setStage(t, { viewers });
    const { lab, chain } = stage;
    const cache = chain.edge("fastweb-net");
    await lab.until(
      "Fastweb's viewers are at the cache in their network",
      () => stage.crowd("fastweb").at(cache) === viewers.fastweb,
    );
    await assertSettled(t, stage);
    await chain.setLimit("fastweb", LIMIT_MBPS);
    await lab.until(
      "a decision for Fastweb says that the limit is reached",
      async () => {
        const { leastBad, paths } = await explained(stage, "2.225.3.7");
        return leastBad && paths.every(({ tightest }) => tightest?.includes("limit") ?? false);
      },
      { withinMs: OBEYED_MS },
    );
    assert.equal((await explained(stage, "2.113.3.7")).leastBad, false, "TIM has its own limits");
    // Every way into the network passes the limit: another edge would deliver no less.
    await assertSettled(t, stage);
    assert.equal(stage.crowd("fastweb").at(cache), viewers.fastweb);
    await chain.setLimit("fastweb", null);
    await lab.until(
      "there is room again",
      async () => !(await explained(stage, "2.225.3.7")).leastBad,
      { withinMs: 30_000 },
    );
    const reports = await curtain(t, stage);
    for (const network of Object.keys(viewers)) assert.equal(movesOf(reports, network), 0, network);
  },
);

test(
  "a network lowers what its caches may deliver mid-match: who is above it goes to the exchange, once, and the rest stays; the audit says kept, and of a log that is not true broken",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const folder = folderFor(t);
    const stage = await setStage(t, { viewers, director: { decisionLog: { folder } } });
    const { lab, chain } = stage;
    const cache = chain.edge("fastweb-net");
    const exchange = chain.edge("roma");
    const fastweb = stage.crowd("fastweb");
    await lab.until("all are at the cache", () => fastweb.at(cache) === viewers.fastweb);
    await assertSettled(t, stage);
    const toldAt = systemClock.monotonic();
    const since = (): string =>
      `${(elapsed(toldAt, systemClock.monotonic()) / 1_000).toFixed(1)} s`;
    await chain.setCachesLimit("fastweb", LIMIT_MBPS);
    await lab.until(
      "who comes anew is sent to the exchange",
      async () => {
        const { chosen, leastBad } = await explained(stage, "2.225.3.7");
        return chosen === exchange.id && !leastBad;
      },
      { withinMs: OBEYED_MS },
    );
    t.diagnostic(`new viewers obey after ${since()}`);
    const late = await lab.viewers({
      ...{ network: "fastweb", count: LATE_VIEWERS, directors: chain.directors, seed: 9 },
      as: "late viewers",
    });
    const drawn = async (): Promise<number> => {
      const { edges } = await chain.map();
      return edges.find(({ id }) => id === cache.id)?.mbps ?? Number.NaN;
    };
    await lab.until("the caches deliver no more", async () => (await drawn()) <= LIMIT_MBPS, {
      withinMs: DRAINED_MS,
    });
    t.diagnostic(`the caches are within their limit after ${since()}`);
    await lab.until("late viewers play", () => late.playing === LATE_VIEWERS);
    await assertSettled(t, stage);
    const left = viewers.fastweb - fastweb.at(cache);
    t.diagnostic(`${fastweb.at(cache)} stay, ${left} and ${late.at(exchange)} at the exchange`);
    // Who leaves is drawn by lot: half of what may stay is as few as it gets.
    assert.ok(fastweb.at(cache) > 0.5 * viewers.fastweb * (LIMIT_MBPS / WHOLE_MBPS));
    assert.equal(fastweb.at(exchange), left, "the next class, and no other");
    assert.equal(late.at(exchange), LATE_VIEWERS);
    assert.ok((await drawn()) > 0);
    await systemClock.sleep(ms(WATCHED_MS));
    assert.equal(viewers.fastweb - fastweb.at(cache), left, "nothing swings");
    const reports = await curtain(t, stage);
    assert.equal(movesOf(reports, "fastweb"), left, "who left went once");
    for (const network of ["vodafone", "tim"]) assert.equal(movesOf(reports, network), 0, network);
    await lab.process("director").close();
    assertAudited(t, folder);
  },
);

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "regista-limit-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The log proves that the limit was kept; with a tenth of it written down, the same log proves that it was broken. */
function assertAudited(t: TestContext, folder: string): void {
  const kept = audit(folder);
  t.diagnostic(kept.stdout);
  assert.match(kept.stdout, /^kept/);
  assert.match(kept.stdout, /limit\/12874\/caches/);
  assert.equal(kept.status, 0);
  const altered = folderFor(t);
  cpSync(folder, altered, { recursive: true });
  for (const name of readdirSync(altered)) {
    const file = join(altered, name);
    const text = readFileSync(file, "utf8");
    const told = `"id":"limit/12874/caches","mbps":${LIMIT_MBPS},`;
    assert.ok(text.includes(told));
    writeFileSync(file, text.replaceAll(told, told.replace(/\d,$/, `${LIMIT_MBPS / 10},`)));
  }
  const broken = audit(altered);
  t.diagnostic(broken.stdout.split("\n")[0] ?? "");
  assert.match(broken.stdout, /^broken in \d+ place/);
  assert.equal(broken.status, 1);
}

const audit = (folder: string) =>
  spawnSync(process.execPath, ["src/cli/main.ts", "audit", folder], { encoding: "utf8" });
