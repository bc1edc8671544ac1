import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { STEERING_TTL_S } from "./limits.ts";
import { Pathways } from "./pathways.ts";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PageClock } from "../../page/clock.ts";
import { followSteering, readSteering, type SteeringAnswer } from "./steering.ts";

const url = "http://director.example/steer/dash?session=1";
const target = { latencyMs: 1_500, version: 2, fromLatencyMs: 1_400, fromUtcMs: 1 };
const said = {
  VERSION: 1,
  TTL: 5,
  "RELOAD-URI": "/steer/dash?session=1&again",
  "PATHWAY-PRIORITY": ["isp-roma", "ixp-roma"],
  "PATHWAY-CLONES": [
    { "BASE-ID": "isp-roma", ID: "isp-milano", "URI-REPLACEMENT": { HOST: "milano.example" } },
    { "BASE-ID": "isp-roma", ID: "nowhere" },
  ],
  "X-REGISTA-TARGET": target,
};

test("an answer gives order, life, address and target; the target is not judged here", () => {
  assert.deepEqual(readSteering(JSON.stringify(said), url), {
    order: ["isp-roma", "ixp-roma"],
    ttlS: 5,
    reload: "http://director.example/steer/dash?session=1&again",
    clones: [{ base: "isp-roma", name: "isp-milano", host: "milano.example" }],
    target,
  });
});

test("the draft's name of the list is read too, and a life out of bounds is put within them", () => {
  const { "PATHWAY-PRIORITY": order, ...others } = said;
  const drafted = JSON.stringify({ ...others, "SERVICE-LOCATION-PRIORITY": order, TTL: 0.001 });
  const read = readSteering(drafted, url);
  assert.deepEqual([read?.order, read?.ttlS], [order, STEERING_TTL_S.least]);
});

test("another version, another shape and no JSON are no answers", () => {
  for (const text of ["", "null", "[]", "{}", '{"VERSION":2}', "<html>"])
    assert.equal(readSteering(text, url), null, text);
});

test("ten thousand answers that were tampered with: none, or within bounds", () => {
  const original = JSON.stringify(said);
  const pieces = ['"', "}", "[", "null", "1e99", "-1", '"isp"', "{}", "\\u0000"];
  const random = fc.sample(fc.nat({ max: 2 ** 30 }), { numRuns: 30_000, seed: 5 });
  let read = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const [from, length, which] = random.slice(round * 3, round * 3 + 3) as [
      number,
      number,
      number,
    ];
    const at = from % original.length;
    const piece = pieces[which % pieces.length] ?? "";
    const text = original.slice(0, at) + piece + original.slice(at + (length % 12));
    const answer = readSteering(text, url);
    if (!answer) continue;
    read += 1;
    assert.ok(answer.ttlS >= STEERING_TTL_S.least && answer.ttlS <= STEERING_TTL_S.most);
    assert.ok(answer.order.every((name) => typeof name === "string"));
    assert.ok(answer.reload === null || URL.canParse(answer.reload));
  }
  assert.ok(read > 200, `${read} were read`);
});

/** Steering of directors that answer as told, with the page's timers in the test's hand. */
async function steered(
  t: TestContext,
  doors: readonly ((request: IncomingMessage, response: ServerResponse) => void)[],
): Promise<{ asked: string[]; answers: SteeringAnswer[]; waits: number[]; next: () => void }> {
  const asked: string[] = [];
  const urls: string[] = [];
  for (const [index, door] of doors.entries()) {
    const server = createServer((request, response) => {
      asked.push(`${index}${request.url}`);
      door(request, response);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}/steer/dash?session=1`);
  }
  const answers: SteeringAnswer[] = [];
  const waits: number[] = [];
  let work = (): void => undefined;
  const clock = {
    after: (delayMs: number, then: () => void) => {
      waits.push(delayMs);
      work = then;
      return () => undefined;
    },
  } as unknown as PageClock;
  const onAnswer = (answer: SteeringAnswer): void => void answers.push(answer);
  const parts = { urls, route: (url: string) => url, clock, pathway: () => "a", onAnswer };
  t.after(followSteering(parts));
  return { asked, answers, waits, next: () => work() };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => void setImmediate(resolve));
};

test("the next director is asked at once when one does not answer, and it is the one from then on", async (t) => {
  const { asked, answers, waits, next } = await steered(t, [
    (request) => void request.socket.destroy(),
    (_, response) => void response.end(JSON.stringify({ ...said, "RELOAD-URI": "/again" })),
  ]);
  await until(() => waits.length === 1);
  assert.deepEqual(waits, [5_000]);
  next();
  await until(() => waits.length === 2);
  assert.deepEqual(asked, [
    "0/steer/dash?session=1&_DASH_pathway=%22a%22",
    "1/steer/dash?session=1&_DASH_pathway=%22a%22",
    "1/again?_DASH_pathway=%22a%22",
  ]);
  assert.deepEqual(answers[0]?.order, said["PATHWAY-PRIORITY"]);
});

test("429 is waited out and 410 is the end", async (t) => {
  let status = 429;
  const { asked, waits, next } = await steered(t, [
    (_, response) => void response.writeHead(status, { "retry-after": "17" }).end(),
  ]);
  await until(() => waits.length === 1);
  assert.deepEqual(waits, [17_000]);
  status = 410;
  next();
  await until(() => asked.length === 2);
  await new Promise((resolve) => void setImmediate(resolve));
  assert.equal(waits.length, 1);
});

test("a location that steering makes of another one is taken, and followed when it comes first", () => {
  const pathways = new Pathways([{ name: "a", url: "http://a.example:81/match/" }], null);
  pathways.clone([
    { base: "a", name: "b", host: "b.example" },
    { base: "nobody", name: "c", host: "c.example" },
  ]);
  pathways.prefer(["c", "b", "a"]);
  assert.deepEqual(pathways.current(0), { name: "b", url: "http://b.example:81/match/" });
});
