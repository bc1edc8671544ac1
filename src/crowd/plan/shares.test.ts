import assert from "node:assert/strict";
import { test } from "node:test";
import { PROCESSES_LIMIT, VIEWERS_PER_PROCESS_LIMIT } from "../limits.ts";
import { sharesOf } from "./shares.ts";

test("a crowd is one process while its sockets fit into it, and then as many as are needed", () => {
  const shares = (viewers: number, descriptors: number, processes: number | null = null) =>
    sharesOf({ viewers, processes, director: null }, descriptors).map(({ from, to }) => to - from);
  assert.deepEqual(shares(5_000, 20_000), [5_000]);
  assert.deepEqual(shares(VIEWERS_PER_PROCESS_LIMIT, 20_000), [7_000]);
  assert.deepEqual(shares(VIEWERS_PER_PROCESS_LIMIT + 1, 20_000), [3_501, 3_500]);
  assert.deepEqual(shares(900, 1_024), [300, 300, 300]);
  assert.deepEqual(shares(100, 20_000, 3), [33, 34, 33]);
  assert.deepEqual(shares(2, 20_000, 8), [1, 1]);
});

test("a crowd that this machine cannot open sockets for is refused", () => {
  assert.throws(
    () => sharesOf({ viewers: PROCESSES_LIMIT * 100, processes: null, director: null }, 202),
    {
      code: "crowd/too-many-processes",
    },
  );
});
