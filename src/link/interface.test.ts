import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { monoMs, numbersOf } from "#base";
import { countIn, INTERFACE_NAME, InterfaceMeter } from "./interface.ts";
import { MadeInterfaces } from "./interfaceFixture.ts";

const STRANGE = "0123456789 \n-+.ex\u0000";

function made(t: TestContext): MadeInterfaces {
  const interfaces = new MadeInterfaces();
  t.after(() => interfaces.close());
  return interfaces;
}

const meterOf = ({ folder }: MadeInterfaces): InterfaceMeter =>
  new InterfaceMeter("eth0", { now: monoMs(0), folder });

test("an interface's counters become totals since the first reading, and rates", (t) => {
  const net = made(t);
  net.set("eth0", { rx: 1_000_000, tx: 5_000 });
  const meter = meterOf(net);
  assert.deepEqual(meter.totals, { rxBytes: 0, txBytes: 0 });
  net.set("eth0", { rx: 2_250_000, tx: 130_000 });
  meter.read(monoMs(1_000));
  assert.deepEqual(meter.totals, { rxBytes: 1_250_000, txBytes: 125_000 });
  assert.deepEqual(meter.load, { rxMbps: 10, txMbps: 1 });
  assert.deepEqual([meter.up, meter.problem, meter.resets], [true, null, 0]);
});

test("counters that go back were reset, are counted from zero and told", (t) => {
  const net = made(t);
  net.set("eth0", { rx: 9_000_000, tx: 9_000_000 });
  const meter = meterOf(net);
  net.set("eth0", { rx: 125_000, tx: 250_000 });
  meter.read(monoMs(1_000));
  assert.deepEqual(meter.totals, { rxBytes: 125_000, txBytes: 250_000 });
  assert.deepEqual(meter.load, { rxMbps: 1, txMbps: 2 });
  assert.equal(meter.resets, 1);
});

test("an interface that vanishes is down without load, and counts on when it is back", (t) => {
  const net = made(t);
  net.set("eth0", { rx: 100 });
  const meter = meterOf(net);
  net.set("eth0", { rx: 200 });
  meter.read(monoMs(1_000));
  net.remove("eth0");
  meter.read(monoMs(2_000));
  assert.deepEqual([meter.up, meter.load.rxMbps], [false, 0]);
  assert.match(meter.problem ?? "", /no interface eth0/);
  net.set("eth0", { rx: 7_000_000_000 });
  meter.read(monoMs(3_000));
  assert.deepEqual([meter.up, meter.totals.rxBytes], [true, 100], "what it counted elsewhere");
  net.set("eth0", { rx: 7_000_000_050 });
  meter.read(monoMs(4_000));
  assert.deepEqual([meter.totals.rxBytes, meter.resets], [150, 0]);
});

test("an interface that is not there at the start is down, and found when it comes", (t) => {
  const net = made(t);
  const meter = meterOf(net);
  assert.equal(meter.up, false);
  net.set("eth0", { rx: 5 });
  meter.read(monoMs(1_000));
  assert.equal(meter.up, true);
});

test("a line that is lost is down; a state that the kernel does not know counts as up", (t) => {
  const net = made(t);
  const states = { up: true, unknown: true, down: false, lowerlayerdown: false, dormant: false };
  for (const [operstate, up] of Object.entries(states)) {
    net.set("eth0", { operstate });
    assert.equal(meterOf(net).up, up, operstate);
  }
});

test("an interface whose counters cannot be read is down until they can", (t) => {
  const net = made(t);
  net.set("eth0", { rx: 10 });
  const meter = meterOf(net);
  net.set("eth0", { rx: "ten" });
  meter.read(monoMs(1_000));
  assert.deepEqual([meter.up, meter.totals.rxBytes], [false, 0]);
  net.set("eth0", { rx: 12 });
  meter.read(monoMs(2_000));
  assert.equal(meter.up, true);
});

test("of ten thousand garbled counters none is read as anything but what it says", () => {
  const below = numbersOf(7);
  for (let turn = 0; turn < 10_000; turn += 1) {
    const text = Array.from({ length: 11 }, () => STRANGE[below(STRANGE.length)]).join("");
    const count = countIn(text.slice(below(11)));
    assert.ok(count === null || (Number.isSafeInteger(count) && count >= 0), text);
    const number = below(2 ** 31);
    assert.equal(countIn(`${number}\n`), number);
    assert.equal(countIn(`${number}${STRANGE.slice(10)[below(STRANGE.length - 10)]}1`), null);
  }
  for (const none of ["", "-1", "0x10", "1e9", "9".repeat(17)]) assert.equal(countIn(none), null);
});

test("a name that could leave the folder, or that Linux would not take, is none", () => {
  for (const good of ["eth0", "as12874", "pni-milano", "enp3s0f0.100", "a".repeat(15)])
    assert.match(good, INTERFACE_NAME);
  for (const bad of ["", ".", "..", "../x", "a/b", "a b", "eth0:1", "a".repeat(16)])
    assert.doesNotMatch(bad, INTERFACE_NAME);
});
