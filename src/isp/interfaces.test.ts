import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { networkSchema } from "#protocol";
import { type IspOptions, startIsp } from "./index.ts";

const options: IspOptions = {
  port: 0,
  asn: 30_722,
  name: "Vodafone",
  place: "it/milano",
  prefixes: ["2.32.0.0/20"],
  limitMbps: null,
  link: { delayMs: 0, mbps: null },
  routes: [],
  accessInterface: "homes",
  pnis: [{ id: "milano", with: 51_185, mbps: 40_000, interface: "pni-milano" }],
};

/** A folder in place of /sys/class/net, and what writes an interface into it. */
function made(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "regista-net-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const set = (name: string, counts: { rx?: number; tx?: number; operstate?: string }): void => {
    const own = join(folder, name);
    mkdirSync(join(own, "statistics"), { recursive: true });
    writeFileSync(join(own, "statistics", "rx_bytes"), `${counts.rx ?? 0}\n`);
    writeFileSync(join(own, "statistics", "tx_bytes"), `${counts.tx ?? 0}\n`);
    writeFileSync(join(own, "operstate"), `${counts.operstate ?? "up"}\n`);
  };
  return { folder, set };
}

test("an access network tells its access interface and its interconnects as their counters say", async (t) => {
  const net = made(t);
  net.set("homes", { rx: 9, tx: 9 });
  net.set("pni-milano", {});
  const clock = manualClock(utcMs(0));
  const isp = await startIsp({ ...options, interfaces: net.folder }, { clock, log: silentLog });
  t.after(() => isp.close());
  const read = async () => networkSchema.parse(await (await fetch(`${isp.url}/network`)).json());
  net.set("homes", { rx: 125_009, tx: 2_500_009 });
  net.set("pni-milano", { rx: 1_250_000 });
  clock.advance(ms(1_000));
  const told = await read();
  assert.deepEqual([told.access.downMbps, told.access.upMbps], [20, 1]);
  const pni = { id: "milano", with: 51_185, mbps: 40_000 };
  assert.deepEqual(told.pnis, [{ ...pni, inMbps: 10, up: true }]);
  net.set("pni-milano", { rx: 1_250_000, operstate: "down" });
  clock.advance(ms(1_000));
  assert.deepEqual((await read()).pnis, [{ ...pni, inMbps: 0, up: false }]);
  const metrics = await (await fetch(`${isp.url}/metrics`)).text();
  assert.match(metrics, /regista_isp_access_down_bytes_total 2500000/);
  assert.match(metrics, /regista_isp_interface_up\{interface="pni-milano"\} 0/);
  const { interfaces } = (await (await fetch(`${isp.url}/status`)).json()) as {
    interfaces: { interface: string; problem: string | null }[];
  };
  assert.deepEqual(
    interfaces.map(({ interface: name, problem }) => [name, problem === null]),
    [
      ["homes", true],
      ["pni-milano", false],
    ],
  );
});

test("a network without interfaces tells no interconnect and counts its relays", async (t) => {
  const { accessInterface: _access, pnis: _pnis, ...plain } = options;
  const prefixes = ["127.0.1.0/24"];
  const isp = await startIsp({ ...plain, prefixes }, { clock: systemClock, log: silentLog });
  t.after(() => isp.close());
  const told = networkSchema.parse(await (await fetch(`${isp.url}/network`)).json());
  assert.deepEqual(["pnis" in told, told.access.downMbps], [false, 0]);
});

test("interconnects that cannot be are refused", async () => {
  const [pni] = options.pnis ?? [];
  assert.ok(pni);
  const wrong: Partial<IspOptions>[] = [
    { pnis: [pni, pni] },
    { pnis: [{ ...pni, interface: "a/b" }] },
    { accessInterface: ".." },
    { pnis: Array.from({ length: 257 }, (_, index) => ({ ...pni, id: `p${index}` })) },
  ];
  for (const change of wrong)
    await assert.rejects(
      startIsp({ ...options, ...change }, { clock: systemClock, log: silentLog }),
      (error) => error instanceof RegistaError && error.code === "isp/bad-option",
    );
});
