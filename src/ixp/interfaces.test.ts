import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { monoMs, ms, RegistaError, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { exchangeSchema } from "#protocol";
import { Fabric, type Member } from "./fabric.ts";
import { type IxpOptions, startIxp } from "./index.ts";

const CDN = 51_185;
const ISP = 12_874;
const link = { delayMs: 0, mbps: null };
const members: Member[] = [
  { asn: CDN, name: "CDN", portMbps: 100_000, link, interface: "as51185", bilateral: [ISP] },
  { asn: ISP, name: "Fastweb", portMbps: 10_000, link, interface: "as12874", routeServer: false },
];

/** A folder in place of /sys/class/net, and what writes a port into it. */
function ports(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "regista-net-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const set = (name: string, port: { rx?: number; tx?: number; operstate?: string }): void => {
    const own = join(folder, name);
    mkdirSync(join(own, "statistics"), { recursive: true });
    writeFileSync(join(own, "statistics", "rx_bytes"), `${port.rx ?? 0}\n`);
    writeFileSync(join(own, "statistics", "tx_bytes"), `${port.tx ?? 0}\n`);
    writeFileSync(join(own, "operstate"), `${port.operstate ?? "up"}\n`);
  };
  return { folder, set, remove: (name: string) => rmSync(join(folder, name), { recursive: true }) };
}

test("a port that is an interface is told as its counters say, in the exchange's directions", (t) => {
  const net = ports(t);
  net.set("as51185", { rx: 1_000, tx: 1_000 });
  net.set("as12874", {});
  const fabric = new Fabric(members, monoMs(0), net.folder);
  net.set("as51185", { rx: 2_501_000, tx: 126_000 });
  net.set("as12874", { tx: 2_500_000, rx: 125_000 });
  fabric.measure(monoMs(2_000));
  const [cdn, isp] = fabric.ports();
  assert.deepEqual([cdn?.port.inMbps, cdn?.port.outMbps, cdn?.port.up], [10, 0.5, true]);
  assert.deepEqual([isp?.port.inMbps, isp?.port.outMbps, isp?.port.up], [0.5, 10, true]);
  assert.deepEqual([cdn?.bilateral, isp?.routeServer], [[ISP], false]);
  assert.deepEqual(fabric.bytesOf(CDN), { in: 2_500_000, out: 125_000 });
});

test("a port whose interface is lost is down, without load, and its totals stand", (t) => {
  const net = ports(t);
  net.set("as51185", {});
  net.set("as12874", {});
  const fabric = new Fabric(members, monoMs(0), net.folder);
  net.set("as12874", { tx: 1_000_000 });
  fabric.measure(monoMs(1_000));
  net.set("as51185", { operstate: "lowerlayerdown" });
  net.remove("as12874");
  fabric.measure(monoMs(2_000));
  const [cdn, isp] = fabric.ports();
  assert.deepEqual([cdn?.port.up, isp?.port.up, isp?.port.outMbps], [false, false, 0]);
  assert.deepEqual(fabric.bytesOf(ISP), { in: 0, out: 1_000_000 });
  assert.match(fabric.interfaceOf(CDN)?.problem ?? "", /lowerlayerdown/);
});

test("an exchange tells interfaces at its doors, follows them each second, and logs what goes down", async (t) => {
  const net = ports(t);
  net.set("as51185", {});
  net.set("as12874", {});
  const clock = manualClock(utcMs(0));
  const told: string[] = [];
  const log = {
    ...silentLog,
    info: () => undefined,
    warn: (_: unknown, says: string) => void told.push(says),
  };
  const options: IxpOptions = {
    port: 0,
    id: "namex",
    asn: 24_796,
    place: "it/roma",
    members,
    relays: [],
    interfaces: net.folder,
  };
  const ixp = await startIxp(options, { clock, log: log as unknown as typeof silentLog });
  t.after(() => ixp.close());
  const read = async () => exchangeSchema.parse(await (await fetch(`${ixp.url}/exchange`)).json());
  net.set("as12874", { tx: 1_250_000 });
  clock.advance(ms(1_000));
  assert.equal((await read()).members[1]?.port.outMbps, 10);
  net.remove("as12874");
  clock.advance(ms(1_000));
  clock.advance(ms(1_000));
  const [, isp] = (await read()).members;
  assert.deepEqual([isp?.port.up, isp?.port.outMbps], [false, 0]);
  assert.deepEqual(told, ["a port is down"]);
  const metrics = await (await fetch(`${ixp.url}/metrics`)).text();
  assert.match(metrics, /regista_ixp_port_up\{asn="12874",name="Fastweb"\} 0/);
  const status = (await (await fetch(`${ixp.url}/status`)).json()) as { interfaces: unknown[] };
  assert.equal(status.interfaces.length, 2);
});

test("a member without an interface is not said to be up or down", () => {
  const [cdn] = new Fabric([{ asn: CDN, name: "CDN", portMbps: 1, link }], monoMs(0)).ports();
  assert.equal(cdn && "up" in cdn.port, false);
});

test("a name that is no interface's is refused", async () => {
  const options: IxpOptions = {
    ...{ port: 0, id: "namex", asn: 24_796, place: "it/roma", relays: [] },
    members: [{ asn: CDN, name: "CDN", portMbps: 1, link, interface: "../../etc" }],
  };
  await assert.rejects(startIxp(options, { clock: systemClock, log: silentLog }), (error) => {
    assert.ok(error instanceof RegistaError);
    assert.equal(error.code, "ixp/bad-option");
    return true;
  });
});
