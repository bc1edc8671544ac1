import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { STEERING_TTL_S } from "./limits.ts";
import { readSteering } from "./steering.ts";

const url = "http://director.example/steer/dash?session=1";
const target = { latencyMs: 1_500, version: 2, fromLatencyMs: 1_400, fromUtcMs: 1 };
const said = {
  VERSION: 1,
  TTL: 5,
  "RELOAD-URI": "/steer/dash?session=1&again",
  "PATHWAY-PRIORITY": ["isp-roma", "ixp-roma"],
  "X-REGISTA-TARGET": target,
};

test("an answer gives order, life, address and target; the target is not judged here", () => {
  assert.deepEqual(readSteering(JSON.stringify(said), url), {
    order: ["isp-roma", "ixp-roma"],
    ttlS: 5,
    reload: "http://director.example/steer/dash?session=1&again",
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
