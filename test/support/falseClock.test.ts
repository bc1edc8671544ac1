import assert from "node:assert/strict";
import test from "node:test";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Scope } from "#base";
import { systemClock } from "#base/clock";
import { Theatre } from "./browser.ts";
import type { Truth } from "./falseClock.ts";
import { takeSeat } from "./seat.ts";

const HOURS = 3 * 3_600_000;

/** What a page can find out about the time, each as UTC ms by the page's own reckoning, beside the truth. */
interface Told {
  truth: number;
  readings: Record<string, number>;
}

interface Entry {
  responseEnd: number;
  toJSON(): { responseStart: number };
}
interface Page {
  Date: DateConstructor;
  performance: {
    now(): number;
    timeOrigin: number;
    mark(name: string): { startTime: number };
    getEntriesByName(name: string): Entry[];
  };
  location: { href: string };
  requestAnimationFrame(hear: (now: number) => void): void;
  document: EventTarget;
  Worker: new (url: string) => {
    addEventListener(type: "message", hear: (event: { data: number }) => void): void;
  };
}

/** Runs in the page. */
async function tell(key: string): Promise<Told> {
  const page = globalThis as unknown as Page;
  const truth = (globalThis as unknown as Record<string, Truth>)[key] as Truth;
  const { performance: clock, Date: Wall } = page;
  const asUtc = (reading: number): number => clock.timeOrigin + reading;
  await (await fetch("/there")).text();
  const fetched = truth.utc();
  const animated = await new Promise<number>((resolve) => page.requestAnimationFrame(resolve));
  const inWorker = await new Promise<number>((resolve) => {
    const text = `const { timeOrigin } = performance;
      postMessage(timeOrigin + performance["now"]() - Date["now"]())`;
    const worker = new page.Worker(URL.createObjectURL(new Blob([text])));
    worker.addEventListener("message", ({ data }) => resolve(data));
  });
  const event = await new Promise<number>((resolve) => {
    page.document.addEventListener("now", ({ timeStamp }) => resolve(timeStamp));
    page.document.dispatchEvent(new Event("now"));
  });
  const [entry] = clock.getEntriesByName(`${page.location.href}there`) as [Entry];
  const now = truth.utc();
  const ago = now - fetched;
  return {
    truth: now,
    readings: {
      "the wall clock": Wall.now(),
      "a new Date": new Wall().getTime(),
      "a Date called as a function": Wall.parse(Wall()) + 500,
      "a subclass of Date": new (class extends Wall {})().getTime(),
      "the monotonic clock": asUtc(clock.now()),
      "a mark": asUtc(clock.mark("mark").startTime),
      "the end of an answer": asUtc(entry.responseEnd) + ago,
      "the record of an answer as JSON": asUtc(entry.toJSON().responseStart) + ago,
      "an animation frame": asUtc(animated),
      "an event": asUtc(event),
      "a worker": inWorker + Wall.now(),
    },
  };
}

test("a page with a false clock finds one and the same wrong time wherever it looks, and not the true one", async (t) => {
  const scope = new Scope();
  t.after(() => scope.close());
  const server = createServer((_request, answer) => {
    answer.setHeader("content-type", "text/html").end("<title>page</title>");
  }).listen(0, "127.0.0.1");
  scope.defer(() => void server.close());
  await once(server, "listening");
  const theatre = scope.own(await Theatre.open());
  for (const offsetMs of [-4_700, HOURS]) {
    const seat = scope.own(
      await takeSeat(
        theatre,
        {
          number: 60,
          falseClock: { offsetMs, ratePpm: 50 },
          impairment: { upMs: 1, downMs: 3 },
          seed: 1,
        },
        systemClock,
      ),
    );
    await seat.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const { truth, readings } = await seat.page.evaluate(tell, seat.falseClock.key);
    assert.ok(Math.abs(truth - systemClock.utc()) < 2_000, "the truth is kept");
    for (const [name, reading] of Object.entries(readings)) {
      const off = reading - truth - offsetMs;
      assert.ok(Math.abs(off) < 2_000, `${name} is off the page's own time by ${off} ms`);
    }
  }
});
