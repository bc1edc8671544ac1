import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { monoMs, utcMs } from "#base";
import type { HeaderList } from "#http";
import { received } from "./cacheStage.ts";
import {
  type Asked,
  currentAgeS,
  initialAgeS,
  mayBeStale,
  type Policy,
  policyOf,
  ttlS,
  unkept,
} from "./policy.ts";

const at = utcMs(1_795_291_200_000);
const date = "Sat, 21 Nov 2026 20:00:00 GMT";
const asked: Asked = { method: "GET", forwards: true, authorized: false, cookies: false };

const policy = (
  fields: HeaderList,
  {
    status = 200,
    endKnown = true,
    ...about
  }: Partial<Asked> & { status?: number; endKnown?: boolean } = {},
): Policy => policyOf({ status, headers: received(fields), endKnown }, { ...asked, ...about }, at);
const cc = (directives: string): HeaderList => [["Cache-Control", directives]];

test("s-maxage stands before max-age, max-age before Expires, and Expires counts from Date", () => {
  const expires = ["Expires", "Sat, 21 Nov 2026 20:01:00 GMT"] as const;
  const lifetimes: [HeaderList, number][] = [
    [cc("max-age=5, s-maxage=7"), 7],
    [cc("s-maxage=0, max-age=5"), 0],
    [[...cc("max-age=5"), expires], 5],
    [[...cc("max-age=x"), expires], 0],
    [[expires, ["Date", date]], 60],
    [[expires], 60],
    [[expires, ["Date", "Sat, 21 Nov 2026 20:00:30 GMT"]], 30],
    [[expires, ["Date", "Sat, 21 Nov 2026 20:02:00 GMT"]], 0],
    [[["Expires", "0"]], 0],
    [[expires, expires], 0],
    [cc("no-cache, max-age=5"), 0],
    [[["Last-Modified", "Sat, 21 Nov 2020 20:00:00 GMT"]], 0],
    [[...cc("max-age=5"), ["Pragma", "no-cache"]], 5],
    [cc("max-age=5, immutable"), 5],
  ];
  for (const [fields, seconds] of lifetimes)
    assert.equal(policy(fields).lifetimeS, seconds, JSON.stringify(fields));
});

test("each prohibition has its reason, and what is not forbidden is kept", () => {
  const fresh = cc("max-age=5");
  const tag = ["ETag", '"a"'] as const;
  const told: [Policy, keyof typeof unkept | null][] = [
    [policy(fresh), null],
    [policy(fresh, { status: 404 }), null],
    [policy(fresh, { status: 599 }), null],
    [policy([...fresh], { method: "HEAD" }), "not-get"],
    [policy(fresh, { status: 206 }), "status"],
    [policy(fresh, { status: 304 }), "status"],
    [policy(cc("max-age=5, must-understand"), { status: 599 }), "status"],
    [policy(cc("max-age=5, must-understand, no-store")), null],
    [policy(cc("max-age=5, must-understand, no-store"), { status: 599 }), "status"],
    [policy(cc("max-age=5, no-store")), "no-store"],
    [policy(cc('max-age=5, private="x"')), "private"],
    [policy(fresh, { authorized: true }), "authorization"],
    [policy(cc("max-age=5, must-revalidate"), { authorized: true }), null],
    [policy(cc("max-age=5, proxy-revalidate"), { authorized: true }), "authorization"],
    [policy(fresh, { cookies: true }), "cookie"],
    [policy(cc("max-age=5, must-revalidate"), { cookies: true }), "cookie"],
    [policy(cc("s-maxage=5"), { cookies: true }), null],
    [policy([...fresh, ["Set-Cookie", "a=b"]]), "set-cookie"],
    [policy([...fresh, ["Vary", "A, *"]]), "vary"],
    [policy(fresh, { endKnown: false }), "no-end"],
    [policy([]), "useless"],
    [policy([tag]), null],
    [policy([tag], { status: 302 }), "useless"],
    [policy([tag, ...cc("public")], { status: 302 }), null],
    [policy(cc("no-cache")), "useless"],
    [policy(cc("max-age=0, stale-if-error=5")), null],
  ];
  for (const [at, [{ unkept: why }, expected]] of told.entries())
    assert.equal(why, expected, `row ${at}`);
});

test("no answer that is forbidden to others is ever shared, whatever else it says", () => {
  const words = [
    ...["max-age=9", "s-maxage=9", "public", "no-cache", "must-revalidate", "must-understand"],
    ...["immutable", "stale-if-error=9", "x", 'y="private"'],
  ];
  const about = fc.record({
    words: fc.subarray(words),
    status: fc.constantFrom(200, 204, 206, 301, 304, 404, 500, 503, 599),
    authorized: fc.boolean(),
    cookies: fc.boolean(),
    forwards: fc.boolean(),
    forbidden: fc.constantFrom("private", "no-store", 'PRIVATE="set-cookie"', "No-Store"),
    at: fc.nat(10),
  });
  fc.assert(
    fc.property(about, ({ words: said, forbidden, at: place, ...rest }) => {
      const directives = said.toSpliced(place, 0, forbidden).join(", ");
      const { unkept: why, shared } = policy(cc(directives), rest);
      const understood = said.includes("must-understand") && forbidden === "no-store";
      if (!understood && forbidden !== "No-Store") assert.notEqual(why, null, directives);
      if (forbidden.toLowerCase().startsWith("private")) assert.equal(shared, false);
    }),
    { numRuns: 10_000, seed: 13 },
  );
});

test("age grows with time, and freshness ends when it reaches the lifetime", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), fc.nat(200_000), (ageS, lifetimeS, laterMs) => {
      const head = {
        ageS,
        receivedAt: monoMs(5_000),
        policy: { ...policy(cc("stale-if-error=30")), lifetimeS },
      };
      const now = monoMs(5_000 + laterMs);
      assert.equal(currentAgeS(head, now), ageS + laterMs / 1_000);
      assert.equal(ttlS(head, now) > 0, ageS + laterMs / 1_000 < lifetimeS);
      assert.equal(mayBeStale(head, now, "revalidating"), ttlS(head, now) > 0);
      assert.equal(mayBeStale(head, now, "error"), ttlS(head, now) > -30);
    }),
  );
});

test("an answer is as old as its Age and its way, or as its Date where there is no Age", () => {
  const times = { askedAt: monoMs(0), receivedAt: monoMs(4_000), receivedUtc: at };
  const ages = (
    [
      [["Age", "3"]],
      [["Age", "3, 9"]],
      [["Age", "x"]],
      [],
      [["Date", date]],
      [["Date", "Sat, 21 Nov 2026 19:59:58 GMT"]],
      [["Date", "Sat, 21 Nov 2026 19:00:00 GMT"]],
      [["Date", "Sat, 21 Nov 2026 21:00:00 GMT"]],
    ] as HeaderList[]
  ).map((fields) => initialAgeS(received(fields), times));
  assert.deepEqual(ages, [7, 7, 4, 4, 0, 2, 4, 0]);
});
