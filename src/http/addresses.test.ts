import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { Addresses, networkOf } from "./addresses.ts";
import { serve } from "./index.ts";

test("an address has no more connections than it may have, and gets them back when it leaves", () => {
  const addresses = new Addresses(2);
  assert.ok(addresses.enter("192.0.2.1") && addresses.enter("::ffff:192.0.2.1"));
  assert.ok(!addresses.enter("192.0.2.1"));
  assert.ok(addresses.enter("192.0.2.2"));
  addresses.leave("192.0.2.1");
  assert.ok(addresses.enter("192.0.2.1"));
});

test("a network of IPv6 counts as one address, however it is written", () => {
  assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), networkOf("2001:db8:1:2::9%eth0"));
  assert.equal(networkOf("2001:db8::1"), networkOf("2001:db8:0:0:ffff::"));
  assert.notEqual(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:3::1"));
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
});

test("a connection too many of one address is reset and counted, those of others are not", async (t) => {
  const server = await serve(
    {
      port: 0,
      handler: (_request, reply) => reply.send(200, [], "ok"),
      limits: { connectionsPerAddress: 3 },
    },
    { clock: systemClock, log: silentLog },
  );
  t.after(() => server.close());
  const dial = async (localAddress: string): Promise<string> => {
    const socket = connect({ port: server.port, host: "127.0.0.1", localAddress });
    t.after(() => socket.destroy());
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    return new Promise((resolve) => {
      socket.on("data", () => resolve("served"));
      socket.on("error", () => resolve("refused"));
    });
  };
  for (let at = 0; at < 3; at++) assert.equal(await dial("127.0.0.2"), "served");
  assert.equal(await dial("127.0.0.2"), "refused");
  assert.equal(await dial("127.0.0.3"), "served");
  assert.equal(server.counters.closed["too-many-of-address"], 1);
});
