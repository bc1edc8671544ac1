// An access network lowers its limit while a match is on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { explanationSchema } from "#protocol";
import { whyNoLab } from "../support/lab/index.ts";
import { assertSettled, curtain, movesOf, setStage, type Stage } from "../support/lab/stage.ts";

const viewers = { fastweb: 60, vodafone: 20, tim: 20 } as const;
/** Less than half of what Fastweb's viewers draw, Mb/s. */
const LIMIT_MBPS = 5;
/** The contract's own: a limit holds from so long after it was told, ms. */
const OBEYED_MS = 5_000;

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
