import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { fetchWire, WireFault } from "./wire.ts";

/** An edge that answers by `answer`, and a wire to it on a clock that stands still until told. */
async function stage(t: TestContext, answer: (reply: ServerResponse) => void) {
  const server = createServer((_, reply) => answer(reply)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = manualClock(utcMs(0));
  const { port } = server.address() as AddressInfo;
  const wire = fetchWire(
    {
      monotonic: () => clock.monotonic(),
      after: (delayMs, work) => {
        const timer = clock.after(ms(delayMs), work);
        return () => timer.cancel();
      },
    },
    (path) => `http://127.0.0.1:${port}${path}`,
  );
  return { server, clock, wire };
}
const patienceMs = 700;
const open = () => ({ signal: new AbortController().signal, patienceMs });
const problem = (wanted: string) => (failure: unknown) =>
  failure instanceof WireFault && failure.problem === wanted;

test("a body comes as its bytes come", async (t) => {
  const replies: ServerResponse[] = [];
  const { wire } = await stage(t, (reply) => {
    replies.push(reply);
    reply.writeHead(200).write("one");
  });
  const body = await wire.get("/1.m4s", open());
  assert.equal(Buffer.from((await body.next()) ?? []).toString(), "one");
  const second = body.next();
  replies[0]?.end("two");
  assert.equal(Buffer.from((await second) ?? []).toString(), "two");
  assert.equal(await body.next(), null);
});

test("silence before the head and within the body is a fault of its own", async (t) => {
  const { wire, clock, server } = await stage(t, (reply) => {
    if (held) held = false;
    else reply.writeHead(200).write("one");
  });
  let held = true;
  const asked = once(server, "request");
  const first = wire.get("/1.m4s", open());
  await asked;
  clock.advance(ms(patienceMs));
  await assert.rejects(first, problem("silent"));
  const body = await wire.get("/2.m4s", open());
  await body.next();
  const more = body.next();
  clock.advance(ms(patienceMs - 1));
  clock.advance(ms(1));
  await assert.rejects(more, problem("silent"));
});

test("an answer other than 200 tells its status and the server's code", async (t) => {
  const { wire } = await stage(t, (reply) =>
    reply.writeHead(404).end('{"code":"origin/gap","error":"no"}'),
  );
  await assert.rejects(wire.get("/1.m4s", open()), (failure) => {
    assert.ok(failure instanceof WireFault);
    assert.deepEqual(
      [failure.problem, failure.status, failure.code],
      ["status", 404, "origin/gap"],
    );
    return true;
  });
});

test("a connection that is refused or cut is refused; one that the player leaves is no fault", async (t) => {
  const { wire, server } = await stage(t, (reply) => {
    reply.writeHead(200).write("one");
  });
  const body = await wire.get("/1.m4s", open());
  await body.next();
  server.closeAllConnections();
  await assert.rejects(body.next(), problem("refused"));
  const leaving = new AbortController();
  const left = await wire.get("/2.m4s", { signal: leaving.signal, patienceMs });
  await left.next();
  const rest = left.next();
  leaving.abort();
  await assert.rejects(rest, (failure) => !(failure instanceof WireFault));
  server.closeAllConnections();
  server.close();
  await assert.rejects(wire.get("/3.m4s", open()), problem("refused"));
});
