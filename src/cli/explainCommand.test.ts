import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Explanation } from "#protocol";
import { fastify } from "fastify";
import { askExplanation, explanationText } from "./explainCommand.ts";

const said: Explanation = {
  v: 1,
  address: "127.0.1.77",
  network: { asn: 12_874, name: "Fastweb" },
  prefix: "127.0.1.0/24",
  cohort: "it/roma",
  steps: [
    { step: "network", says: "127.0.1.77 lies in 127.0.1.0/24: AS12874 Fastweb" },
    { step: "choice", says: "ixp-roma: the cheapest with room" },
  ],
  chosen: "ixp-roma",
  leastBad: false,
  paths: [
    {
      ...{ edge: "ixp-roma", class: "exchange", cost: 20, place: "it/roma", standing: "up" },
      ...{ load: 0.314, tightest: "AS12874's port at namex", refused: null, says: "" },
    },
    {
      ...{ edge: "isp-roma", class: "on-net", cost: 0, place: "it/roma", standing: "full" },
      ...{ load: null, tightest: null, refused: "isp-roma is full", says: "" },
    },
  ],
  more: 3,
};

async function director(t: TestContext, status: number, body: object): Promise<string> {
  const app = fastify();
  app.get("/explain", (request, reply) => {
    assert.deepEqual({ ...(request.query as object) }, { ip: "127.0.1.77" });
    return reply.code(status).send(body);
  });
  t.after(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

test("an explanation is a table of paths, the one taken first, with what was refused and why", async (t) => {
  const text = explanationText(
    await askExplanation(`${await director(t, 200, said)}/`, said.address),
  );
  const lines = text.split("\n");
  assert.match(
    lines[0] ?? "",
    /^network {2}127\.0\.1\.77 lies in 127\.0\.1\.0\/24: AS12874 Fastweb$/,
  );
  assert.match(text, /→.*ixp-roma.*exchange.*20\.0.*it\/roma.*up.*31 %.*AS12874's port at namex/);
  assert.match(text, /isp-roma.*on-net.*full.*\?.*isp-roma is full/);
  assert.match(text, /and 3 paths more/);
  assert.equal(lines.at(-1), "→ ixp-roma");
  const worst = explanationText({ ...said, leastBad: true });
  assert.match(worst, /→ ixp-roma: nothing fit has room, this harms least$/);
});

test("what a director refuses is said with its cure, and one that is silent or speaks otherwise is named", async (t) => {
  const refusal = {
    code: "director/bad-address",
    error: "x is not an IP address.",
    cure: "Give one.",
  };
  const refusing = await director(t, 400, refusal);
  await assert.rejects(askExplanation(refusing, said.address), {
    code: "cli/director-refused",
    message: /x is not an IP address/,
    cure: "Give one.",
  });
  await assert.rejects(askExplanation("http://127.0.0.1:9", "127.0.1.77"), {
    code: "cli/director-silent",
  });
  const strange = await director(t, 200, { v: 1 });
  await assert.rejects(askExplanation(strange, said.address), { code: "protocol/malformed" });
});
