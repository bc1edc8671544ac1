// The lab's short play: real packets between the four parties. The longer ones are in test/lab.
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedLine, compare, disagreements } from "../support/lab/agreement.ts";
import { startChain } from "../support/lab/chain.ts";
import { buildLab, whyNoLab } from "../support/lab/index.ts";
import { italy } from "../support/lab/italy.ts";

/** Milliseconds that a viewer's buffer holds at its usual distance. */
const BUFFER_MS = 1_500;
const crowds = { fastweb: 30, vodafone: 15, tim: 15 } as const;

test(
  "when the cache in their network dies, its viewers go on from the exchange, and the kernel's counters say so",
  { skip: whyNoLab() ?? false },
  async (t) => {
    const lab = await buildLab(t, italy);
    const chain = await startChain(lab);
    const names = Object.keys(crowds) as (keyof typeof crowds)[];
    const [fastweb, vodafone, tim] = await Promise.all(
      names.map((network, index) =>
        lab.viewers({
          ...{ network, count: crowds[network], directors: chain.directors },
          ...{ overMs: 1_500, seed: index + 1 },
        }),
      ),
    );
    assert.ok(fastweb && vodafone && tim);
    await lab.until("every viewer plays from the nearest edge", () => {
      const cache = fastweb.at(chain.edge("fastweb-net"));
      const milano = vodafone.at(chain.edge("milano"));
      return cache === 30 && milano === 15 && tim.playing === 15;
    });
    await lab.kill("edge fastweb-net");
    await lab.until(
      "Fastweb's viewers play from the exchange",
      () => fastweb.at(chain.edge("roma")) === 30 && fastweb.playing === 30,
    );
    await lab.until("the director sees them there", async () => {
      const { networks } = await chain.map();
      const [map] = networks.filter(({ asn }) => asn === lab.network("fastweb").asn);
      return map?.classes.some((at) => at.class === "exchange" && at.viewers === 30) ?? false;
    });
    const compared = await compare(lab, chain, { networks: names, lastsMs: 6_000 });
    t.diagnostic(`the director's Mb/s / the interfaces': ${comparedLine(compared)}`);
    assert.deepEqual(disagreements(compared, 0.05), []);
    const reports = await Promise.all([fastweb, vodafone, tim].map((crowd) => crowd.report()));
    for (const { all, faults } of reports) {
      assert.ok((all.stalls.lengthMs?.max ?? 0) <= BUFFER_MS, JSON.stringify(all.stalls));
      assert.deepEqual(faults, []);
    }
    assert.deepEqual(
      reports.map(({ all }) => all.moves.count),
      [30, 0, 0],
      "each viewer of the dead edge has moved once, and nobody else",
    );
  },
);
