// The public tests of HTTP caches (cache-tests.fyi, http-cache-tests 0.4.5) against an edge with its default routes. The
// suite speaks of RFC 7234 where its successor says otherwise, and of an optimum that is not ours: those are listed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { getResults, runTests } from "http-cache-tests/client/runner.mjs";
import suites from "http-cache-tests/tests/index.mjs";
import { startStage } from "./httpCacheStage.ts";

/** Why the edge does otherwise than the suite asks of every cache, by test. */
const departures: Readonly<Record<string, readonly string[]>> = {
  "RFC 9111 5.1 has replaced what the suite asks: an Age that cannot be read is ignored, and of several the first counts":
    [
      "age-parse-nonnumeric",
      "age-parse-negative",
      "age-parse-float",
      "age-parse-prefix-twoline",
      "age-parse-dup-0",
      "age-parse-dup-0-twoline",
      "age-parse-dup-old",
      "age-parse-parameter",
      "age-parse-numeric-parameter",
    ],
  "the suite counts the edge's own 502 as an answer from the cache; none of these was served stale":
    [
      "stale-close-must-revalidate",
      "stale-close-proxy-revalidate",
      "stale-close-no-cache",
      "stale-close-s-maxage=2",
    ],
  "an answer that sets a cookie is shared only where public or s-maxage says so: see cache/policy.ts":
    ["headers-store-Set-Cookie", "304-etag-update-response-Set-Cookie"],
  "two framings in one answer are refused: see #http, messageFraming": [
    "headers-store-Transfer-Encoding",
  ],
  "a 304 with another strong ETag speaks of another answer (RFC 9111 4.3.4), which is then fetched":
    ["304-etag-update-response-ETag"],
};

/** What the suite calls optimal, and the edge leaves out, by test. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  "no heuristic freshness: see policyOf": [200, 203, 204, 404, 405, 410, 414, 501, 599].map(
    (status) => `heuristic-${status}-cached`,
  ),
  "an answer that sets a cookie is shared only where public or s-maxage says so": [
    "other-set-cookie",
  ],
  "only answers to GET are kept (RFC 9111 2)": ["method-POST"],
  "whole objects only are kept; a range is fetched as part of the whole": [
    "partial-store-partial-reuse-partial",
    "partial-store-partial-reuse-partial-byterange",
    "partial-store-partial-reuse-partial-absent",
    "partial-store-partial-reuse-partial-suffix",
    "partial-store-partial-complete",
  ],
  "where Last-Modified is not there, Date stands for it (RFC 9111 4.3.2), and is later than the date asked about":
    ["conditional-lm-fresh-no-lm"],
  "the origin negotiates languages, not the edge": ["vary-normalise-lang-select"],
};

test("the public tests of HTTP caches hold, but for what is argued here", async (t) => {
  const { scope, url, fetch } = await startStage();
  t.after(() => scope.close());
  await runTests(suites, fetch, false, url, 1_000);
  const results = getResults();
  const asked = suites.flatMap((suite) => suite.tests).filter(({ id }) => id in results);
  const failed = (kind: string): Record<string, unknown> =>
    Object.fromEntries(
      asked
        .filter((one) => (one.kind ?? "required") === kind && results[one.id] !== true)
        .map(({ id }) => [id, results[id]]),
    );
  const told = (list: Readonly<Record<string, readonly string[]>>): string[] =>
    Object.values(list).flat().toSorted();
  for (const [kind, list] of [
    ["required", departures],
    ["optimal", leftOut],
  ] as const) {
    const failures = failed(kind);
    assert.deepEqual(Object.keys(failures).toSorted(), told(list), JSON.stringify(failures));
  }
  assert.ok(asked.length > 320, `${asked.length} tests were run`);
});
