// Viewers who have IPv6 alone: sent over IPv6 to the nearest edge, and served from there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { startChain } from "../support/lab/chain.ts";
import { buildLab, whyNoLab } from "../support/lab/index.ts";
import { italy } from "../support/lab/italy.ts";

const WATCHED_MS = ms(10_000);
const crowds = { fastweb: 40, vodafone: 20 } as const;

test(
  "viewers who have IPv6 alone play from the nearest edge, and their bytes go no other way",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const lab = await buildLab(t, italy);
    const chain = await startChain(lab, { policy: { sessionMbps: 0.25 } });
    const come = (network: keyof typeof crowds, seed: number) =>
      lab.viewers({
        ...{ network, seed, count: crowds[network], directors: chain.directorsIpv6, family: 6 },
        // The MPD names edges by addresses of IPv4: who has none stays where the session says.
        steer: false,
      });
    const [fastweb, vodafone] = await Promise.all([come("fastweb", 1), come("vodafone", 2)]);
    await lab.until("every viewer plays from the nearest edge", () => {
      const [cache, milano] = [chain.edge("fastweb-net"), chain.edge("milano")];
      return fastweb.at(cache) === crowds.fastweb && vodafone.at(milano) === crowds.vodafone;
    });
    const [homes] = lab.network("fastweb").homes.ipv6.split("/");
    const told = (await chain.ask("director", `/explain?ip=${homes}77`)) as { chosen: string };
    assert.equal(told.chosen, "fastweb-net");
    const way = ["access/fastweb", "vodafone-mi", "access/vodafone"];
    const others = ["transit/fastweb", "transit/vodafone"];
    const { counts } = await lab.during([...way, ...others], () => systemClock.sleep(WATCHED_MS));
    const down = (id: string): number => counts.get(id)?.down.payload ?? 0;
    t.diagnostic([...way, ...others].map((id) => `${id} ${down(id)} bytes`).join(", "));
    const apart = Math.abs(down("vodafone-mi") / down("access/vodafone") - 1);
    assert.ok(down("access/fastweb") > 1_000_000 && down("access/vodafone") > 500_000);
    assert.ok(apart < 0.05, "what Vodafone's homes get came over its private interconnect");
    for (const id of others) assert.ok(down(id) < 50_000, `${down(id)} bytes on ${id}`);
    for (const crowd of [fastweb, vodafone]) {
      const { faults, all } = await crowd.report();
      assert.deepEqual(faults, []);
      assert.equal(all.moves.count, 0);
    }
  },
);
