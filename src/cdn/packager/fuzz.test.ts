import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersOf } from "#base";
import { Bench, framesOf, kinds, SEGMENT } from "./fixtures/encoder.ts";

test("ten thousand broken bodies: each is answered, none harms the store or leaves anything open", async () => {
  const random = numbersOf(20_261_121);
  const bench = new Bench();
  await bench.header("good");
  const whole = Buffer.concat([kinds.video.header, ...framesOf({ segment: SEGMENT, part: 0 })]);
  const media = whole.subarray(kinds.video.header.length);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 10_000; round += 1) {
    const bytes = Buffer.from(round % 3 === 0 ? whole : media);
    for (let change = random(4); change >= 0; change -= 1) {
      const at = random(bytes.length - 4);
      if (random(2) === 0) bytes[at] = random(256);
      else bytes.writeUInt32BE([0, 1, 7, 9, 0xffff_ffff][random(5)] as number, at);
    }
    const end = random(8) === 0 ? random(bytes.length) : bytes.length;
    const cut = random(end + 1);
    const reply = await bench.post(`/ingest/match/v${round % 8}/1.m4s`, [
      bytes.subarray(0, cut),
      bytes.subarray(cut, end),
    ]);
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    assert.ok(
      [200, 400, 409, 412, 413, 415].includes(reply.status),
      `${reply.status} ${reply.body}`,
    );
  }
  assert.ok((statuses.get(200) ?? 0) > 100 && (statuses.get(400) ?? 0) > 100);
  const { openBodies, bodies, refusedBodies } = bench.ingest.counters;
  assert.equal(openBodies, 0);
  assert.equal(bodies - refusedBodies, (statuses.get(200) ?? 0) + 1);
  assert.equal((await bench.segment("good", SEGMENT)).status, 200);
  assert.equal(bench.store.isComplete("good", SEGMENT), true);
});
