// An edge dies under five hundred viewers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNoLab } from "../support/lab/index.ts";
import { assertSettled, curtain, movesOf, setStage } from "../support/lab/stage.ts";

const viewers = { fastweb: 300, vodafone: 100, tim: 100 } as const;

test(
  "a cache dies under three hundred of five hundred viewers: they go on from the exchange, once each, and nobody else moves",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const stage = await setStage(t, { viewers, like: { overMs: 8_000 } });
    const { lab, chain } = stage;
    const fastweb = stage.crowd("fastweb");
    await lab.until(
      "Fastweb's viewers are at the cache in their network",
      () => fastweb.at(chain.edge("fastweb-net")) === viewers.fastweb,
    );
    await assertSettled(t, stage);
    await lab.kill("edge fastweb-net");
    await lab.until(
      "all of them play from the exchange",
      () => fastweb.at(chain.edge("roma")) === viewers.fastweb,
    );
    await lab.until(
      "the director sees them there",
      async () => (await stage.onClass("fastweb", "exchange")) === viewers.fastweb,
    );
    await assertSettled(t, stage);
    const reports = await curtain(t, stage);
    assert.equal(movesOf(reports, "fastweb"), viewers.fastweb, "each of them once");
    assert.equal(movesOf(reports, "vodafone") + movesOf(reports, "tim"), 0);
  },
);
