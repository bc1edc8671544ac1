import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { createPageClock, type PageClock } from "./clock.ts";

/** A server and its `/time`. */
async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/time`;
}

/** Tells a time that is `aheadMs` ahead, as an edge does, after it held the question for `heldMs`. */
const teller =
  (aheadMs: number, { heldMs = 0, fields = true } = {}): RequestListener =>
  (_request, reply) => {
    const received = systemClock.utc() + aheadMs;
    systemClock.after(ms(heldMs), () => {
      const now = systemClock.utc() + aheadMs;
      if (fields)
        reply.setHeaders(
          new Map([
            ["Regista-Received-Utc-Ms", received.toFixed(3)],
            ["Regista-Utc-Ms", now.toFixed(3)],
          ]),
        );
      reply.end(new Date(now).toISOString());
    });
  };

function pageClock(t: TestContext): PageClock {
  const clock = createPageClock();
  t.after(() => clock.close());
  return clock;
}

async function until(holds: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + 5_000;
  while (!holds() && systemClock.monotonic() < end) await systemClock.sleep(ms(5));
  assert.ok(holds(), String(holds));
}

test("the page tells this machine's time until an edge has answered once, then the edge's within its bound", async (t) => {
  const clock = pageClock(t);
  assert.deepEqual([clock.offsetMs, clock.errorMs, clock.driftPpm], [0, null, 0]);
  assert.ok(Math.abs(clock.utc() - systemClock.utc()) < 1_000);
  const url = await serverOf(t, teller(3_600_000));
  clock.follow(() => url);
  await until(() => clock.errorMs !== null);
  const off = clock.utc() - systemClock.utc() - 3_600_000;
  assert.ok(Math.abs(off) <= (clock.errorMs ?? 0) + 1, `${off} ms`);
  assert.ok(Math.abs(clock.offsetMs - 3_600_000) < 1_000);
  assert.equal(clock.utcAt(clock.monotonic() + 100) > clock.utc(), true);
});

test("what the edge held the question for is no part of the error", async (t) => {
  const clock = pageClock(t);
  const url = await serverOf(t, teller(0, { heldMs: 600 }));
  clock.follow(() => url);
  await until(() => clock.errorMs !== null);
  assert.ok((clock.errorMs ?? 999) < 300, `${clock.errorMs}`);
});

test("a source that tells its time only as text is followed too", async (t) => {
  const clock = pageClock(t);
  const url = await serverOf(t, teller(-86_400_000, { fields: false }));
  clock.follow(() => url);
  await until(() => clock.errorMs !== null);
  assert.ok(Math.abs(clock.offsetMs + 86_400_000) < 1_000);
});

test("eight questions come at once, one after the other; following the same source again keeps what is known", async (t) => {
  let asked = 0;
  let open = 0;
  const tell = teller(1_000);
  const url = await serverOf(t, (request, reply) => {
    asked += 1;
    open += 1;
    assert.equal(open, 1);
    reply.on("finish", () => (open -= 1));
    tell(request, reply);
  });
  const clock = pageClock(t);
  clock.follow(() => url);
  await until(() => asked === 8);
  await systemClock.sleep(ms(100));
  assert.equal(asked, 8);
  clock.follow(() => url);
  assert.notEqual(clock.errorMs, null);
  await until(() => asked > 8);
});

test("a silent source costs a deadline and no more: the clock goes on, and the next source is asked", async (t) => {
  let silent = 0;
  const good = await serverOf(t, teller(60_000));
  const mute = await serverOf(t, () => (silent += 1));
  const clock = pageClock(t);
  let url = mute;
  clock.follow(() => url);
  await until(() => silent === 1);
  assert.equal(clock.errorMs, null);
  url = good;
  await until(() => clock.errorMs !== null);
  assert.ok(Math.abs(clock.offsetMs - 60_000) < 1_000);
});

test("another edge whose clock is hours off moves nobody", async (t) => {
  const good = await serverOf(t, teller(0));
  let lies = 0;
  const tellWrong = teller(7_200_000);
  const wrong = await serverOf(t, (request, reply) => {
    lies += 1;
    tellWrong(request, reply);
  });
  const clock = pageClock(t);
  clock.follow(() => good);
  await until(() => clock.errorMs !== null);
  clock.follow(() => wrong);
  await until(() => lies >= 8);
  assert.ok(Math.abs(clock.offsetMs) < 1_000);
  clock.close();
  clock.close();
  const before = lies;
  await systemClock.sleep(ms(1_200));
  assert.equal(lies, before);
});
