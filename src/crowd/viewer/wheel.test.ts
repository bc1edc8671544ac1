import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { type MonoMs, ms, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { STANDSTILL_MS, WHEEL_PERIOD_MS, WHEEL_SLOTS } from "./limits.ts";
import { Wheel } from "./wheel.ts";

test("a sleeper is woken once, at its moment or less than two periods later", () => {
  const clock = manualClock(utcMs(0));
  const wheel = new Wheel(clock);
  const woken: [number, number][] = [];
  clock.advance(ms(3));
  const dues = [1, 3, 20, 21, 39.5, 40, 700, 1_999];
  for (const due of dues) wheel.at(due, { wake: (now) => woken.push([due, now]) });
  clock.advance(ms(5_000));
  assert.deepEqual(
    woken.map(([due]) => due),
    dues,
  );
  for (const [due, now] of woken)
    assert.ok(now >= due && now <= Math.max(due, 3) + 2 * WHEEL_PERIOD_MS, `${due} at ${now}`);
  wheel.close();
});

test("one timer serves all, and stops with the wheel", () => {
  const clock = manualClock(utcMs(0));
  let timers = 0;
  const counted = {
    ...clock,
    every: (...args: Parameters<typeof clock.every>) => ((timers += 1), clock.every(...args)),
  };
  const wheel = new Wheel(counted);
  let woken = 0;
  for (let sleeper = 0; sleeper < 1_000; sleeper += 1)
    wheel.at(sleeper, { wake: () => (woken += 1) });
  assert.equal(timers, 1);
  clock.advance(ms(500));
  assert.ok(woken > 400 && woken < 600);
  wheel.close();
  wheel.close();
  const before = woken;
  wheel.at(clock.monotonic(), { wake: () => (woken += 1) });
  clock.advance(ms(5_000));
  assert.equal(woken, before);
});

test("who asks again while it is woken is woken again, and a pause loses nobody", () => {
  const clock = manualClock(utcMs(0));
  const wheel = new Wheel(clock);
  const turn = WHEEL_PERIOD_MS * WHEEL_SLOTS;
  const at: number[] = [];
  const again = {
    wake: (now: MonoMs): void => {
      at.push(now);
      if (at.length < 3) wheel.at(now + 100, again);
    },
  };
  wheel.at(50, again);
  clock.advance(ms(1_000));
  assert.equal(at.length, 3);
  let late = 0;
  for (let sleeper = 0; sleeper < WHEEL_SLOTS; sleeper += 1)
    wheel.at(1_000 + sleeper * WHEEL_PERIOD_MS, { wake: () => (late += 1) });
  clock.advance(ms(4 * turn));
  assert.equal(late, WHEEL_SLOTS);
  // Beyond a turn the visit comes early, never not at all.
  let far = 0;
  wheel.at(clock.monotonic() + 3 * turn, { wake: () => (far += 1) });
  clock.advance(ms(turn));
  assert.equal(far, 1);
  wheel.close();
});

test("after a standstill of the process what came meanwhile is read before anybody is woken", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  t.after(() => socket.destroy());
  const [far] = (await once(server, "connection")) as [Socket];
  t.after(() => far.destroy());
  const wheel = new Wheel(systemClock);
  t.after(() => wheel.close());
  const order: string[] = [];
  socket.on("data", () => order.push("read"));
  const woken = new Promise<void>((resolve) => {
    wheel.at(systemClock.monotonic() + 20, {
      wake: () => {
        order.push("woken");
        resolve();
      },
    });
  });
  far.write("there");
  const begun = systemClock.monotonic();
  while (systemClock.monotonic() - begun < 3 * STANDSTILL_MS);
  await woken;
  assert.deepEqual(order, ["read", "woken"]);
});
