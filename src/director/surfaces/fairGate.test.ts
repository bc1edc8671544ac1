import assert from "node:assert/strict";
import test from "node:test";
import { chanceOf, monoMs } from "#base";
import { type Address, parseAddress } from "#network";
import { type AskKind, FairGate, type Verdict } from "./fairGate.ts";
import { REKEY_MS, RETRY_LIMIT_S } from "./limits.ts";
import { levelOf } from "./maxMin.ts";
import { prefixRow } from "./sourceRow.ts";

const RATE = 1_000;
const gateOf = (seed = 1) =>
  new FairGate({ requestsPerS: RATE, chance: chanceOf(seed), now: monoMs(0) });
const at = (text: string): Address => parseAddress(text) as Address;

/** Those who ask: so many a second, each time from the next of their addresses. */
interface Party {
  readonly kind: AskKind;
  readonly asn: number | null;
  readonly perS: number;
  readonly address: (turn: number) => Address;
}

/** Lets parties ask evenly for so many seconds; how many of each were let in over the last of them. */
function play(gate: FairGate, parties: readonly Party[], seconds: number): number[] {
  const turns = parties.map(() => 0);
  const letIn = parties.map(() => 0);
  for (let slot = 0; slot < seconds * 100; slot += 1) {
    const now = monoMs(slot * 10);
    for (const [index, { kind, asn, perS, address }] of parties.entries()) {
      for (let due = Math.floor(((slot + 1) * perS) / 100); (turns[index] as number) < due;) {
        const turn = turns[index] as number;
        turns[index] = turn + 1;
        const verdict = gate.judge({ kind, asn, address: address(turn), now });
        if (verdict === null && slot >= (seconds - 1) * 100)
          letIn[index] = (letIn[index] as number) + 1;
      }
    }
  }
  return letIn;
}

/** A network of households, each in a /24 of its own. */
const homes = (asn: number, perS: number, kind: AskKind = "arriving"): Party => ({
  kind,
  asn,
  perS,
  address: (turn) => at(`10.${asn % 200}.${turn % 200}.${1 + (turn % 250)}`),
});
const lone = (address: string, perS: number, more: Partial<Party> = {}): Party => ({
  kind: "arriving",
  asn: 99,
  perS,
  address: () => at(address),
  ...more,
});

test("while there is room everybody is let in, whoever asks most", () => {
  const gate = gateOf();
  assert.deepEqual(play(gate, [lone("192.0.2.1", 900), homes(1, 50)], 3), [900, 50]);
  assert.equal(gate.shed.arriving.prefix, 0);
});

test("a household that floods gets its share and takes nothing of anybody else's", () => {
  const gate = gateOf();
  const [flood, quiet, busy] = play(
    gate,
    [lone("192.0.2.1", 20_000), homes(1, 100), homes(2, 400)],
    3,
  );
  assert.deepEqual([quiet, busy], [100, 400]);
  assert.ok((flood as number) > 400 && (flood as number) < 600, `${flood}`);
});

test("inside one network a flood is held to its prefix's share, and neighbours get theirs", () => {
  const gate = gateOf();
  const flood = lone("10.1.250.1", 20_000, { asn: 1 });
  const [flooded, neighbours] = play(gate, [flood, homes(1, 300), homes(2, 300)], 3);
  assert.ok((neighbours as number) > 280, `${neighbours}`);
  assert.ok((flooded as number) < 500, `${flooded}`);
  assert.ok(gate.shed.arriving.prefix > 10_000);
});

test("a flood from a million prefixes of one network leaves the others theirs", () => {
  const gate = gateOf();
  const many = (perS: number): Party => ({
    kind: "arriving",
    asn: 66,
    perS,
    address: (turn) =>
      at(`2001:db8:${((turn * 7_919) % 65_536).toString(16)}:${(turn % 60_000).toString(16)}::1`),
  });
  const [flood, quiet] = play(gate, [many(30_000), homes(1, 300)], 4);
  assert.equal(quiet, 300);
  assert.ok((flood as number) < 900, `${flood}`);
  assert.ok(gate.shed.arriving.network > 1_000);
});

test("who watches goes first as far as half of the rate, and further only into what is left", () => {
  const flooded = play(gateOf(), [homes(1, 450, "watching"), homes(2, 5_000)], 3);
  assert.equal(flooded[0], 450);
  const kickOff = play(gateOf(), [homes(1, 5_000, "watching"), homes(2, 450)], 3);
  assert.equal(kickOff[1], 450);
  const both = play(gateOf(), [homes(1, 5_000, "watching"), homes(2, 5_000)], 3);
  for (const letIn of both) assert.ok(letIn > 350 && letIn < 700, both.join());
});

test("those sent away are told when to come again: later the more there are, never all at once", () => {
  const gate = gateOf();
  const told = new Set<number>();
  let last: Verdict = null;
  for (let n = 0; n < 50_000; n += 1) {
    last = gate.judge({ kind: "arriving", asn: 1, address: at("192.0.2.1"), now: monoMs(n / 100) });
    if (last) told.add(last.retryAfterS);
  }
  assert.equal(last?.reason, "prefix");
  const waits = [...told].toSorted((a, b) => a - b);
  assert.ok((waits[0] as number) >= 1 && (waits.at(-1) as number) <= 2 * RETRY_LIMIT_S);
  assert.ok(waits.length > 10, waits.join());
});

test("a flood that ends is forgotten within a second", () => {
  const gate = gateOf();
  for (let n = 0; n < 20_000; n += 1)
    gate.judge({ kind: "arriving", asn: 1, address: at("192.0.2.1"), now: monoMs(n / 20) });
  assert.ok(gate.shed.arriving.prefix > 15_000);
  for (let n = 0; n < 500; n += 1) {
    const address = at("192.0.2.1");
    assert.equal(gate.judge({ kind: "arriving", asn: 1, address, now: monoMs(2_100) }), null);
  }
});

test("a flood is let in evenly, not its whole second at once", () => {
  const gate = gateOf();
  const bySlot = Array.from({ length: 40 }, () => 0);
  for (let n = 0; n < 80_000; n += 1) {
    const now = monoMs(n / 20);
    const verdict = gate.judge({ kind: "arriving", asn: 1, address: at("192.0.2.1"), now });
    if (verdict === null) bySlot[Math.floor(now / 100)] = (bySlot[Math.floor(now / 100)] ?? 0) + 1;
  }
  assert.ok(Math.max(...bySlot.slice(10)) <= RATE / 4, bySlot.join());
});

test("two prefixes that share a row are parted by another key, and a flood is held all the same", () => {
  const gate = gateOf();
  const flood = at("192.0.2.1");
  const rows = new Map<number, Address>();
  let pair: [Address, Address] | null = null;
  for (let n = 0; n < 65_536 && !pair; n += 1) {
    const address = at(`10.${n >> 8}.${n & 255}.1`);
    const row = prefixRow(address, 77);
    const before = rows.get(row);
    if (before) pair = [before, address];
    rows.set(row, address);
  }
  assert.ok(pair);
  assert.notEqual(prefixRow(pair[0], 78), prefixRow(pair[1], 78));
  assert.equal(prefixRow(at("10.0.0.1"), 77), prefixRow(at("10.0.0.254"), 77));
  assert.equal(prefixRow(at("2001:db8::1"), 77), prefixRow(at("2001:db8:0:ffff::1"), 77));
  const shedAt = (ms: number): number => {
    for (let n = 0; n < 5_000; n += 1)
      gate.judge({ kind: "arriving", asn: 1, address: flood, now: monoMs(ms + n / 10) });
    return gate.shed.arriving.prefix + gate.shed.arriving.network;
  };
  const before = shedAt(0);
  assert.ok(shedAt(REKEY_MS) > before + 2_000);
});

test("the level gives all to those who ask little and the rest in equal parts", () => {
  assert.equal(levelOf([1, 2, 3], 6), Number.POSITIVE_INFINITY);
  assert.equal(levelOf([10, 1, 10], 11), 5);
  assert.equal(levelOf([4, 4], 4), 2);
  assert.equal(levelOf([], 0), Number.POSITIVE_INFINITY);
});
