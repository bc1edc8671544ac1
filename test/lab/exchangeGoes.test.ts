// An exchange goes away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNoLab } from "../support/lab/index.ts";
import { italy, VODAFONE } from "../support/lab/italy.ts";
import { assertSettled, curtain, movesOf, setStage } from "../support/lab/stage.ts";

const viewers = { vodafone: 80, tim: 20 } as const;

/** Vodafone meets the CDN at two exchanges and nowhere else. */
const description = {
  ...italy,
  networks: italy.networks.map((network) =>
    network.id === "vodafone" ? { ...network, pnis: [] } : network,
  ),
};

test(
  "an exchange goes away: its viewers go on from the other one, traffic really goes there, and those on transit do not notice",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const stage = await setStage(t, { description, viewers });
    const { lab, chain } = stage;
    const vodafone = stage.crowd("vodafone");
    await lab.until(
      "Vodafone's viewers are at MIX",
      () => vodafone.at(chain.edge("milano")) === viewers.vodafone,
    );
    await assertSettled(t, stage);
    await lab.cut("mix");
    await lab.until(
      "they are at Namex",
      () => vodafone.at(chain.edge("roma")) === viewers.vodafone,
      { withinMs: 45_000 },
    );
    await lab.until(
      "the director sees them there, through the route server",
      async () => (await stage.onClass("vodafone", "exchange-rs")) === viewers.vodafone,
    );
    const { counts: mix } = await lab.during([`mix/${VODAFONE}`], () => assertSettled(t, stage));
    assert.equal(
      mix.get(`mix/${VODAFONE}`)?.down.bytes,
      0,
      "a port without a line carries nothing",
    );
    const reports = await curtain(t, stage);
    assert.equal(movesOf(reports, "vodafone"), viewers.vodafone, "each of them once");
    assert.equal(movesOf(reports, "tim"), 0);
  },
);
