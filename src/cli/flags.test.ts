import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { addFlags, checkOptions, readFlags } from "./flags.ts";
import { roles } from "./roles.ts";

function given(role: "director" | "edge", ...words: string[]): unknown {
  const { schema } = roles[role];
  const command = new Command(role).exitOverride();
  addFlags(command, schema.shape);
  command.parse(words, { from: "user" });
  return checkOptions(role, schema, readFlags(command.opts(), schema.shape, role));
}

test("flags become options, with their numbers and their defaults", () => {
  const options = given("edge", "--port", "0", "--capacity-mbps", "250") as Record<string, unknown>;
  assert.deepEqual(
    [options["port"], options["capacityMbps"], options["directorUrls"]],
    [0, 250, []],
  );
});

test("a flag that takes a list may be given again", () => {
  const options = given(
    "director",
    ...["--edges", "id=a,url=http://127.0.0.1:1,at=namex,capacityMbps=10"],
    ...["--edges", "id=b,url=http://127.0.0.1:2,in=12874,capacityMbps=20"],
  ) as { edges: unknown[] };
  assert.deepEqual(options.edges, [
    { id: "a", url: "http://127.0.0.1:1", at: "namex", capacityMbps: 10 },
    { id: "b", url: "http://127.0.0.1:2", in: 12874, capacityMbps: 20 },
  ]);
});

test("a wrong value is refused by the name of its flag", () => {
  assert.throws(() => given("edge", "--capacity-mbps", "fast"), {
    code: "cli/bad-option",
    message: /^--capacity-mbps: /,
  });
  assert.throws(() => given("edge", "--upstreams", "nowhere"), { message: /^--upstreams/ });
  assert.throws(() => given("director", "--edges", "nonsense"), { message: /not key=value/ });
});
