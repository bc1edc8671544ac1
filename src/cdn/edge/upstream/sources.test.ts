import assert from "node:assert/strict";
import { test } from "node:test";
import { SOURCES_LIMIT } from "./limits.ts";
import { type Offer, sourceNamed, Sources } from "./sources.ts";

const A = "http://a";
const B = "http://b";

/** Part `part` of segment 7, as the upstream's origin names it. */
const offer = (upstream: string, part: number, etag?: string): Offer => ({
  upstream,
  key: `/match/v/7.${part}.m4s`,
  target: `/match/v/7.${part}.m4s`,
  etag: etag ?? `"${upstream === A ? "alpha" : "beta"}-1-h0-7.${part}"`,
});

test("who gave the first part gives all of the segment", () => {
  const sources = new Sources();
  assert.equal(sources.upstreamOf("match/7"), null);
  assert.ok(sources.accept("match/7", offer(A, 0)));
  assert.equal(sources.upstreamOf("match/7"), A);
  assert.ok(sources.accept("match/7", offer(A, 1)));
  assert.ok(!sources.accept("match/7", offer(B, 2)));
  assert.ok(sources.accept("match/8", offer(B, 2)), "the next segment is free");
  assert.ok(sources.accept(null, offer(B, 2)), "what has no source too");
});

test("another upstream of the same source is as good", () => {
  const sources = new Sources();
  sources.accept("match/7", offer(A, 0));
  sources.accept("match/7", offer(A, 1));
  assert.ok(sources.accept("match/7", offer(B, 2, '"alpha-1-h0-7.2"')));
  assert.equal(sources.upstreamOf("match/7"), B);
});

test("the same upstream is another source once its ETags say so", () => {
  const sources = new Sources();
  sources.accept("match/7", offer(A, 0));
  sources.accept("match/7", offer(A, 1));
  assert.ok(!sources.accept("match/7", offer(A, 2, '"alpha-2-h0-7.2"')));
});

test("the only object delivered may come whole from another", () => {
  const sources = new Sources();
  sources.accept("match/7", offer(A, 0));
  assert.ok(sources.accept("match/7", offer(B, 0)));
  assert.ok(sources.accept("match/7", offer(B, 1)));
  assert.ok(!sources.accept("match/7", offer(A, 2)));
});

test("without a source in the ETags the upstream itself is the source", () => {
  const sources = new Sources();
  for (const part of [0, 1]) assert.ok(sources.accept("match/7", offer(A, part, '"5f-1a"')));
  assert.ok(!sources.accept("match/7", offer(B, 2, '"5f-1a"')));
  assert.ok(sources.accept("match/7", offer(A, 2, '"60-2b"')));
});

test("an ETag names its source only in the form that ends in the object's name", () => {
  const target = "/match/v/935053.2.m4s?x=1";
  assert.equal(sourceNamed('"origin-a-m1x-c0ffee-935053.2"', target), "origin-a-m1x");
  for (const etag of [
    undefined,
    'W/"origin-m1x-c0ffee-935053.2"',
    '"origin-m1x-c0ffee-935053.3"',
    '"c0ffee-935053.2"',
    '"5f3a-1b2c"',
    "origin-m1x-c0ffee-935053.2",
  ])
    assert.equal(sourceNamed(etag, target), null, etag);
  for (const path of ["/", "/match/", "/.m4s", "/name"])
    assert.equal(sourceNamed('"a-b-"', path), null);
});

test("the memory of sources is bounded, the longest unused goes first", () => {
  const sources = new Sources();
  sources.accept("first", offer(A, 0));
  for (let source = 0; source < SOURCES_LIMIT; source++)
    sources.accept(String(source), offer(B, 0));
  assert.equal(sources.upstreamOf("first"), null);
  assert.equal(sources.upstreamOf("0"), B);
});
