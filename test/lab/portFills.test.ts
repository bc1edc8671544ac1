// A port fills.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNoLab } from "../support/lab/index.ts";
import { italy, VODAFONE } from "../support/lab/italy.ts";
import { assertSettled, curtain, setStage } from "../support/lab/stage.ts";

/** Vodafone's port at MIX, Mb/s. */
const PORT_MBPS = 15;
/** Every part leaves for all viewers at once: above, a small port would lose packets. */
const FULL_AT = 0.65;
const first = 30;
const more = 70;

/** Vodafone without its private interconnect, and with a small port at the nearer exchange. */
const description = {
  ...italy,
  networks: italy.networks.map((network) =>
    network.id === "vodafone"
      ? {
          ...network,
          pnis: [],
          ports: network.ports.map((port) =>
            port.exchange === "mix" ? { ...port, mbps: PORT_MBPS } : port,
          ),
        }
      : network,
  ),
};

test(
  "a port fills: those who come then go to the next class, the port stays below full, and those who are there stay",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const stage = await setStage(t, {
      description,
      viewers: { vodafone: first },
      policy: { fullAt: FULL_AT, backAt: FULL_AT - 0.1 },
    });
    const { lab, chain } = stage;
    const milano = chain.edge("milano");
    await lab.until(
      "the first viewers are at the nearer exchange",
      () => stage.crowd("vodafone").at(milano) === first,
    );
    const late = await lab.viewers({
      ...{ network: "vodafone", count: more, directors: chain.directors, seed: 7 },
      ...{ overMs: 20_000, as: "late viewers" },
    });
    await lab.until("all play", () => late.playing === more, { withinMs: 60_000 });
    await lab.until(
      "the director sees all of them",
      async () => (await seen(stage)) === first + more,
    );
    const { counts, lastedMs } = await lab.during([`mix/${VODAFONE}`], () =>
      assertSettled(t, stage),
    );
    const mbps = ((counts.get(`mix/${VODAFONE}`)?.down.bytes ?? 0) * 8) / (lastedMs * 1_000);
    t.diagnostic(`the port of ${PORT_MBPS} Mb/s carries ${mbps.toFixed(1)} Mb/s`);
    const load = mbps / PORT_MBPS;
    assert.ok(load > FULL_AT - 0.2 && load < FULL_AT + 0.1, `the port's load is ${load}`);
    assert.ok(late.at(chain.edge("roma")) > 0.3 * more, "the rest is at the other exchange");
    assert.equal(stage.crowd("vodafone").at(milano), first, "nobody left for those who came");
    await curtain(t, stage);
  },
);

const seen = async (stage: Awaited<ReturnType<typeof setStage>>): Promise<number> =>
  (await stage.onClass("vodafone", "exchange")) + (await stage.onClass("vodafone", "exchange-rs"));
