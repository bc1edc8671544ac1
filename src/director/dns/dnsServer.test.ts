import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { promises as dns } from "node:dns";
import { once } from "node:events";
import { connect } from "node:net";
import test, { type TestContext } from "node:test";
import { chanceOf, monoMs, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { addressOf, type Heard, heardOf, queryOf, ZONE } from "./dnsFixture.ts";
import { type DnsHandle, type DnsOptions, startDns } from "./dnsServer.ts";
import { RATE_ROWS, TCP_CHECK_MS, TCP_IDLE_MS } from "./limits.ts";
import type { Place } from "./responder.ts";
import { ResponseRate } from "./responseRate.ts";

const local: Place = (address) => ({
  edges:
    address.text === "127.0.0.1"
      ? [{ url: "http://192.0.2.1:8091", addresses: ["192.0.2.1", "2001:db8::1"] }]
      : [{ url: "http://198.51.100.1" }],
  bits: 8,
});
const options = { zone: ZONE, port: 0, host: "127.0.0.1", nameServers: [], responsesPerS: 500 };

async function stage(
  t: TestContext,
  more: Partial<DnsOptions> = {},
  { place = local, clock = systemClock } = {},
): Promise<DnsHandle> {
  const parts = { channel: "match", place, chance: chanceOf(1) };
  const server = await startDns({ ...options, ...more }, parts, { clock, log: silentLog });
  t.after(() => server.close());
  return server;
}

/** Sends over UDP and waits for the answer. */
async function ask(port: number, query: Buffer): Promise<Heard> {
  const socket = createSocket("udp4");
  try {
    socket.send(query, port, "127.0.0.1");
    const [bytes] = (await once(socket, "message")) as [Buffer];
    return heardOf(bytes);
  } finally {
    socket.close();
  }
}

/** Sends over TCP what it is given; what came back when the server has closed, or enough has come. */
async function say(port: number, bytes: Buffer, answers: number): Promise<Heard[]> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  let held = Buffer.alloc(0);
  const heard: Heard[] = [];
  for await (const part of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, part]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      heard.push(heardOf(held.subarray(2, end)));
      held = held.subarray(end);
    }
    if (heard.length >= answers) break;
  }
  socket.destroy();
  return heard;
}

const framed = (query: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  return Buffer.concat([length, query]);
};

test("a stub resolver finds the edge of its network, the zone's records, and what does not exist", async (t) => {
  const { port, outcomes } = await stage(t);
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  assert.deepEqual(await resolver.resolve4(`match.${ZONE}`, { ttl: true }), [
    { address: "192.0.2.1", ttl: 20 },
  ]);
  assert.deepEqual(await resolver.resolve6(ZONE), ["2001:db8::1"]);
  assert.deepEqual(await resolver.resolveNs(ZONE), [`ns.${ZONE}`]);
  assert.equal((await resolver.resolveSoa(ZONE)).nsname, `ns.${ZONE}`);
  assert.deepEqual(await resolver.resolve4(`ns.${ZONE}`), ["127.0.0.1"]);
  await assert.rejects(resolver.resolve4(`nothing.${ZONE}`), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolveTxt(ZONE), { code: "ENODATA" });
  await assert.rejects(resolver.resolve4("other.example"), { code: "EREFUSED" });
  assert.deepEqual(
    [outcomes.answered, outcomes.noName, outcomes.noData, outcomes.refused],
    [5, 1, 1, 1],
  );
});

test("a resolver that tells its client's subnet gets that subnet's edges", async (t) => {
  const { port } = await stage(t);
  const heard = await ask(port, queryOf(ZONE, "A", { subnet: "10.1.2.0/24" }));
  assert.deepEqual(heard.addresses, ["198.51.100.1"]);
  assert.deepEqual(heard.subnet, { source: 24, scope: 24 });
});

test("several queries over one TCP connection are answered in order, however their bytes come", async (t) => {
  const { port } = await stage(t);
  const queries = Buffer.concat(
    (["A", "AAAA", "NS"] as const).map((type) => framed(queryOf(ZONE, type))),
  );
  const heard = await say(port, queries, 3);
  assert.deepEqual(
    heard.map(({ questions }) => questions?.[0]?.type),
    ["A", "AAAA", "NS"],
  );
});

test("over TCP what is no query, or longer than any, ends the connection; the server lives on", async (t) => {
  const { port } = await stage(t);
  assert.deepEqual(await say(port, Buffer.from([0xff, 0xff, 1, 2, 3]), 1), []);
  assert.deepEqual(await say(port, framed(Buffer.alloc(5)), 1), []);
  assert.equal((await ask(port, queryOf(ZONE, "A"))).rcodeNumber, 0);
});

test("a connection on which no query comes is closed after ten seconds, and all when the server closes", async (t) => {
  const clock = manualClock(utcMs(0));
  const server = await stage(t, {}, { clock });
  const { port } = server;
  const idle = connect(port, "127.0.0.1");
  idle.write(framed(queryOf(ZONE, "A")));
  await once(idle, "data");
  const ended = once(idle, "close");
  clock.advance(TCP_IDLE_MS);
  clock.advance(TCP_CHECK_MS);
  await ended;
  const open = connect(port, "127.0.0.1");
  open.on("error", () => undefined);
  await once(open, "connect");
  await Promise.all([once(open, "close"), server.close(), server.close()]);
});

test("above its rate a source gets every second answer cut short and else nothing, and TCP still whole", async (t) => {
  const { port, outcomes } = await stage(t, { responsesPerS: 2 }, { clock: manualClock(utcMs(0)) });
  const first = await ask(port, queryOf(ZONE, "A"));
  const second = await ask(port, queryOf(ZONE, "A"));
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.send(queryOf(ZONE, "A"), port, "127.0.0.1");
  socket.send(queryOf(ZONE, "A"), port, "127.0.0.1");
  const [bytes] = (await once(socket, "message")) as [Buffer];
  assert.deepEqual([first.flag_tc, second.flag_tc, heardOf(bytes).flag_tc], [false, false, true]);
  assert.deepEqual([outcomes.limited, outcomes.slipped], [1, 1]);
  const [whole] = await say(port, framed(queryOf(ZONE, "A")), 1);
  assert.deepEqual(whole?.addresses, ["192.0.2.1"]);
});

test("what fails in a decision is SERVFAIL, and the next query is answered", async (t) => {
  let fails = true;
  const place: Place = (...asked) => {
    if (fails) throw new Error("no decision");
    return local(...asked);
  };
  const { port, outcomes } = await stage(t, {}, { place });
  assert.equal((await ask(port, queryOf(ZONE, "A"))).rcodeNumber, 2);
  fails = false;
  assert.equal((await ask(port, queryOf(ZONE, "A"))).rcodeNumber, 0);
  assert.equal(outcomes.failed, 1);
});

test("a port that is taken is refused with what to do", async (t) => {
  const { port } = await stage(t);
  await assert.rejects(stage(t, { port }), { code: "director/dns-cannot-listen" });
});

test("a million forged sources take no more memory than one, and none of another's rate", () => {
  const rate = new ResponseRate({ responsesPerS: 100, chance: chanceOf(3) });
  for (let n = 0; n < RATE_ROWS * 4; n += 1)
    rate.judge(addressOf(`${1 + (n % 200)}.${(n >> 8) & 255}.${n & 255}.1`), monoMs(1_000));
  assert.equal(rate.judge(addressOf("203.0.113.9"), monoMs(1_000)), "answer");
  for (let n = 0; n < 200; n += 1) rate.judge(addressOf("2001:db8::1"), monoMs(1_000));
  assert.notEqual(rate.judge(addressOf("2001:db8:0:ff::9"), monoMs(1_000)), "answer");
  assert.equal(rate.judge(addressOf("2001:db8::1"), monoMs(2_000)), "answer");
});
