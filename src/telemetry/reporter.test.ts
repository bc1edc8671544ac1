import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { ms, Scope, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Hop, HOPS_PER_MESSAGE_LIMIT, hopsSchema, type Hops, parseJson } from "#protocol";
import { HOP_LAST_DEADLINE_MS, HOP_PERIOD_MS, HOP_QUEUE_LIMIT, HopReporter } from "./index.ts";

const hop: Hop = {
  object: "/match/v720/935053.m4s",
  chunk: 3,
  hop: "edge",
  node: "isp-roma",
  firstByteMs: 1,
  lastByteMs: 2,
};

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

/** A collector that keeps what it is sent; `answer` false leaves every request hanging. */
async function collector(
  options: { status?: number; answer?: boolean } = {},
): Promise<{ url: string; got: Hops[] }> {
  const got: Hops[] = [];
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      got.push(parseJson("hops", hopsSchema, Buffer.concat(pieces).toString()));
      server.emit("taken");
      if (options.answer !== false) response.writeHead(options.status ?? 204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

/** Where nothing listens: a port that was free a moment ago. */
async function freed(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

const manual = () => ({ clock: manualClock(utcMs(1_795_301_664_000)), log: silentLog });

describe("the hop reporter", () => {
  it("sends the stamps of a second as one message", async () => {
    const { url, got } = await collector();
    const context = manual();
    const reporter = scope.own(new HopReporter({ url: `${url}/` }, context));
    reporter.stamp(hop);
    reporter.stamp(hop);
    context.clock.advance(ms(HOP_PERIOD_MS));
    await reporter.flush();
    assert.deepEqual(got, [{ v: 1, hops: [hop, hop] }]);
    assert.deepEqual(reporter.counters, { sent: 2, dropped: 0 });
  });

  it("keeps nothing without a collector's address", async () => {
    const reporter = new HopReporter({ url: null }, manual());
    reporter.stamp(hop);
    await reporter.flush();
    await reporter.close();
    assert.deepEqual(reporter.counters, { sent: 0, dropped: 0 });
  });

  it("splits what is longer than a message, and drops and counts what its queue cannot hold", async () => {
    const { url, got } = await collector();
    const reporter = scope.own(new HopReporter({ url }, manual()));
    for (let n = 0; n < HOP_QUEUE_LIMIT + 5; n += 1) reporter.stamp(hop);
    await reporter.flush();
    assert.deepEqual(
      got.map((message) => message.hops.length),
      Array.from(
        { length: HOP_QUEUE_LIMIT / HOPS_PER_MESSAGE_LIMIT },
        () => HOPS_PER_MESSAGE_LIMIT,
      ),
    );
    assert.deepEqual(reporter.counters, { sent: HOP_QUEUE_LIMIT, dropped: 5 });
  });

  it("counts what a dead or refusing collector did not take, and goes on", async () => {
    const refusing = await collector({ status: 400 });
    for (const url of [await freed(), refusing.url]) {
      const reporter = scope.own(new HopReporter({ url }, manual()));
      reporter.stamp(hop);
      await reporter.flush();
      reporter.stamp(hop);
      await reporter.flush();
      assert.deepEqual(reporter.counters, { sent: 0, dropped: 2 });
    }
  });

  it("sends what waits when it closes, once", async () => {
    const { url, got } = await collector();
    const reporter = new HopReporter({ url }, manual());
    reporter.stamp(hop);
    await Promise.all([reporter.close(), reporter.close()]);
    reporter.stamp(hop);
    assert.equal(got.length, 1);
    assert.deepEqual(reporter.counters, { sent: 1, dropped: 1 });
  });

  it("closes within its last deadlines although the collector hangs", async () => {
    const { url } = await collector({ answer: false });
    const reporter = new HopReporter({ url }, { clock: systemClock, log: silentLog });
    reporter.stamp(hop);
    const under = reporter.flush();
    reporter.stamp(hop);
    const started = systemClock.monotonic();
    await reporter.close();
    await under;
    assert.ok(systemClock.monotonic() - started < HOP_LAST_DEADLINE_MS * 4);
    assert.deepEqual(reporter.counters, { sent: 0, dropped: 2 });
  });
});
