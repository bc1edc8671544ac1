import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Got } from "../support/lab/getOnce.ts";
import { buildLab, type Lab, whyNoLab } from "../support/lab/index.ts";
import { CDN, FASTWEB, italy } from "../support/lab/italy.ts";
import { openLab } from "../support/lab/lab.ts";

const skip = whyNoLab() ?? false;

/** A server that answers each request with so many bytes, on all addresses of both families. */
const SERVER = `require("node:http").createServer((q, a) => a.end(Buffer.alloc(Number(q.url.slice(1)))))
  .listen(80, "::", () => process.send({ listens: true }));`;
const CLIENT = new URL("../support/lab/getOnce.ts", import.meta.url).pathname;

async function serve(lab: Lab, station: string): Promise<void> {
  const server = lab.in(station).fork("-e", [SERVER], { as: `server ${station}` });
  await server.first((message) => ("listens" in (message as object) ? true : null));
}

let clients = 0;
async function get(
  lab: Lab,
  way: { from: string; as: string; to: string; bytes: number },
): Promise<{ bytes: number; tookMs: number }> {
  const words = [way.to, way.as, `/${way.bytes}`];
  const client = lab.in(way.from).fork(CLIENT, words, { as: `client ${(clients += 1)}` });
  return client.first((message) => {
    const said = message as Got;
    if ("failed" in said) throw new Error(said.failed);
    return said;
  });
}

test(
  "bytes go over the wires that peering says, in both families, and are counted there",
  { skip },
  async (t) => {
    const lab = await buildLab(t, italy);
    await serve(lab, "roma");
    const ipv4 = { from: "fastweb-homes", as: "2.225.3.7", to: "185.45.209.10", bytes: 2_000_000 };
    const ipv6 = { ...ipv4, as: "2001:b07:1::77", to: "2a02:2890:0:9::a" };
    const wires = [`namex/${FASTWEB}`, `namex/${CDN}`, "access/fastweb", "transit/fastweb"];
    for (const way of [ipv4, ipv6]) {
      const { counts } = await lab.during(wires, async () => {
        assert.equal((await get(lab, way)).bytes, way.bytes);
      });
      const down = wires.map((id) => counts.get(id)?.down.payload ?? 0);
      for (const payload of down.slice(0, 3))
        assert.ok(Math.abs(payload / way.bytes - 1) < 0.02, `${payload} of ${way.bytes}`);
      assert.ok((down[3] ?? 0) < 2_000, "and transit saw nothing");
    }
    await lab.cut("namex");
    const { counts } = await lab.during(wires, async () => void (await get(lab, ipv4)));
    assert.ok((counts.get(`namex/${FASTWEB}`)?.down.bytes ?? Infinity) < 2_000);
    assert.ok((counts.get("transit/fastweb")?.down.payload ?? 0) > 1_900_000, "another way");
    await lab.restore("namex");
    const { counts: again } = await lab.during(wires, async () => void (await get(lab, ipv4)));
    assert.ok((again.get(`namex/${FASTWEB}`)?.down.payload ?? 0) > 1_900_000, "and back");
  },
);

test("delay, loss and speed of a wire are what was asked for", { skip }, async (t) => {
  const lab = await buildLab(t, italy);
  await serve(lab, "roma");
  const near = { from: "fastweb-homes", as: "2.225.3.7", to: "185.45.209.10", bytes: 100 };
  const far = { ...near, from: "tim-homes", as: "2.113.0.7" };
  await get(lab, near);
  // Connecting and asking: two round trips of 8 + 4 + 4 ms each way, less 5 ms of jitter at most.
  const delays = (await get(lab, far)).tookMs - (await get(lab, near)).tookMs;
  assert.ok(delays > 55 && delays < 200, `${delays} ms`);
  await lab.setPort("namex", { whose: FASTWEB, mbps: 10 });
  const { tookMs } = await get(lab, { ...near, bytes: 1_250_000 });
  assert.ok(tookMs > 850 && tookMs < 2_000, `a second's worth took ${tookMs} ms`);
  lab.setLine("transit/tim", { delayMs: 1, loss: 0.05 });
  assert.equal((await get(lab, { ...far, bytes: 500_000 })).bytes, 500_000, "TCP mends it");
  const [down] = await lab.emulated("transit/tim");
  assert.ok(down.lost > 5 && down.lost < down.passed * 0.15, JSON.stringify(down));
});

test(
  "two labs stand side by side, and a lab that is closed twice leaves nothing",
  { skip },
  async (t) => {
    const one = await buildLab(t, italy);
    const two = await openLab(italy);
    assert.notEqual(one.names.number, two.names.number);
    await serve(two, "milano");
    const pid = two.process("server milano").pid;
    await Promise.all([two.close(), two.close()]);
    const left = [...readdirSync("/run/netns"), ...readdirSync("/sys/class/net")];
    assert.deepEqual(
      left.filter((name) => name.startsWith(`${two.names.bridge}-`)),
      [],
    );
    assert.throws(() => process.kill(pid, 0), "its processes have ended");
    assert.ok(left.includes(one.names.bridge), "the other one stands");
  },
);

test("a wait that fails shows the lab as it was", { skip }, async (t) => {
  const lab = await buildLab(t, italy);
  await assert.rejects(
    lab.until("it rains", () => false, { withinMs: 10 }),
    (failure: Error) =>
      /it was not so that it rains/.test(failure.message) &&
      /namex +AS51185 ↓0\.0/.test(failure.message),
  );
});
