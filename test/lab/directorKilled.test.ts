// A director is killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNoLab } from "../support/lab/index.ts";
import { assertSettled, curtain, movesOf, setStage } from "../support/lab/stage.ts";

const viewers = { fastweb: 60, vodafone: 30, tim: 30 } as const;
const late = 20;

test(
  "one of two directors is killed: nobody who watches notices, who comes is answered by the other, and an edge's death still moves them",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const stage = await setStage(t, { directors: 2, viewers });
    const { lab, chain } = stage;
    await assertSettled(t, stage);
    await lab.kill("director");
    const newcomers = await lab.viewers({
      ...{ network: "fastweb", count: late, directors: chain.directors, seed: 9 },
      as: "newcomers",
    });
    await lab.until(
      "those who come are sent to the nearest edge by the other one",
      () => newcomers.at(chain.edge("fastweb-net")) === late,
    );
    await lab.kill("edge fastweb-net");
    await lab.until(
      "all of Fastweb's viewers play from the exchange",
      () =>
        stage.crowd("fastweb").at(chain.edge("roma")) === viewers.fastweb &&
        newcomers.at(chain.edge("roma")) === late,
    );
    const reports = await curtain(t, stage);
    assert.equal(movesOf(reports, "fastweb"), viewers.fastweb);
    assert.equal(movesOf(reports, "vodafone") + movesOf(reports, "tim"), 0);
  },
);
