import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { monoMs } from "#base";
import { ObjectCache, type StoredObject } from "./cache/store.ts";
import { objectKey } from "./cache/key.ts";
import { VIEWER_SEEN_MS, VIEWERS_LIMIT } from "./limits.ts";
import type { ObjectHead } from "./cache/objectHead.ts";
import { Transfer } from "./delivery/transfer.ts";
import { Viewers } from "./observe/viewers.ts";
import type { Waiter } from "./delivery/waiter.ts";

const head = (freshMs: number, receivedAt = 0): ObjectHead => ({
  status: 200,
  fields: [],
  length: null,
  etag: undefined,
  ageS: 0,
  receivedAt: monoMs(receivedAt),
  freshMs,
  private: false,
});

const object = (bytes: number, freshMs = 1_000): StoredObject => ({
  head: head(freshMs),
  body: new Uint8Array(bytes),
});

test("a viewer's report is no part of the object's name, every other parameter is", () => {
  assert.equal(objectKey("/a", ""), "/a");
  assert.equal(objectKey("/a", "CMCD=bl%3D1"), "/a");
  assert.equal(objectKey("/a", "x=1&CMCD=bl%3D1&_HLS_msn=2"), "/a?x=1&_HLS_msn=2");
  assert.equal(objectKey("/a", "xCMCD=1"), "/a?xCMCD=1");
});

test("the cache stays within its bytes, and what was used last stays longest", () => {
  let evicted = 0;
  const cache = new ObjectCache(40_000, () => evicted++);
  const now = monoMs(0);
  for (const key of ["a", "b", "c", "d"]) assert.ok(cache.keep(key, object(6_000), now));
  assert.notEqual(cache.find("a", now), null);
  assert.ok(cache.keep("e", object(7_000), now));
  assert.equal(cache.find("b", now), null);
  assert.notEqual(cache.find("a", now), null);
  assert.equal(evicted, 1);
  assert.ok(cache.bytes <= 40_000);
});

test("one object does not drive out all others", () => {
  const cache = new ObjectCache(40_000, () => assert.fail());
  assert.ok(!cache.keep("a", object(20_000), monoMs(0)));
  assert.deepEqual([cache.size, cache.bytes], [0, 0]);
});

test("what has outlived its time is dropped, and not kept in the first place", () => {
  const cache = new ObjectCache(40_000, () => undefined);
  assert.ok(cache.keep("a", object(10, 500), monoMs(0)));
  assert.notEqual(cache.find("a", monoMs(499)), null);
  assert.equal(cache.find("a", monoMs(500)), "expired");
  assert.equal(cache.find("a", monoMs(500)), null);
  assert.ok(!cache.keep("b", object(10, 500), monoMs(500)));
  assert.equal(cache.bytes, 0);
});

test("the cache's count of its bytes is true after anything", () => {
  const move = fc.record({
    key: fc.constantFrom("a", "b", "c", "d", "e"),
    size: fc.nat(9_000),
    at: fc.nat(2_000),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const cache = new ObjectCache(30_000, () => undefined);
      for (const { key, size, at } of moves) {
        if (size % 3 === 0) cache.find(key, monoMs(at));
        else cache.keep(key, { head: head(500, at), body: new Uint8Array(size) }, monoMs(at));
        assert.ok(cache.bytes <= 30_000 && cache.bytes >= cache.size * 2_048);
      }
    }),
  );
});

test("a session counts while it asks, and its crowd is bounded", () => {
  const viewers = new Viewers();
  viewers.saw("a", monoMs(0));
  viewers.saw("b", monoMs(1));
  viewers.saw("a", monoMs(2_000));
  assert.equal(viewers.count(monoMs(VIEWER_SEEN_MS)), 2);
  assert.equal(viewers.count(monoMs(VIEWER_SEEN_MS + 2)), 1);
  for (let at = 0; at <= VIEWERS_LIMIT; at++) viewers.saw(String(at), monoMs(3_000));
  assert.equal(viewers.count(monoMs(3_000)), VIEWERS_LIMIT);
  assert.equal(viewers.overlooked, 2);
});

test("whose turn is first changes with each object", () => {
  const firsts = new Set<number>();
  for (let number = 0; number < 30; number++) {
    const transfer = new Transfer("/o", number);
    const order: number[] = [];
    for (let at = 0; at < 10; at++)
      transfer.join({ done: false, begin: () => order.push(at) } as unknown as Waiter);
    transfer.begin(head(1_000));
    assert.equal(order.length, 10);
    firsts.add(order[0] as number);
  }
  assert.equal(firsts.size, 10);
});
