import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { heartbeatSchema } from "./heartbeat.ts";
import { parseJson, parseMessage } from "./parse.ts";
import { captionPath, parseCaptionPath, parseMediaPath, partPath, segmentPath } from "./paths.ts";

const heartbeat = {
  v: 1,
  edge: "isp-roma",
  at: 1_795_301_664.12,
  viewers: 412,
  mbps: 1830,
  capacityMbps: 10_000,
  cpu: 0.22,
  waiters: 390,
  upstreamErrors: 0,
  draining: false,
};

test("a message with fields we do not know is read, and they are ignored", () => {
  assert.deepEqual(
    parseMessage("heartbeat", heartbeatSchema, { ...heartbeat, mood: "good" }),
    heartbeat,
  );
});

test("a message of another version is refused by name", () => {
  assert.throws(() => parseMessage("heartbeat", heartbeatSchema, { ...heartbeat, v: 2 }), {
    code: "protocol/unknown-version",
  });
});

test("a malformed message is refused with its place", () => {
  assert.throws(() => parseMessage("heartbeat", heartbeatSchema, { ...heartbeat, cpu: "hot" }), {
    code: "protocol/malformed",
    message: /at cpu/,
  });
});

test("ten thousand mutated messages are read or refused, never worse", () => {
  const text = JSON.stringify(heartbeat);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 6 }), (at, splice) => {
      try {
        parseJson(
          "heartbeat",
          heartbeatSchema,
          text.slice(0, at) + splice + text.slice(at + splice.length),
        );
      } catch (error) {
        assert.ok(error instanceof RegistaError);
      }
    }),
    { numRuns: 10_000, seed: 2 },
  );
});

test("the paths of segments and parts are read back as they were written", () => {
  const name = fc.stringMatching(/^[\w-]{1,16}$/);
  fc.assert(
    fc.property(
      name,
      name,
      fc.nat(1e9),
      fc.option(fc.nat(99)),
      (channel, rendition, segment, part) => {
        const path =
          part === null
            ? segmentPath(channel, rendition, segment)
            : partPath(channel, rendition, segment, part);
        assert.deepEqual(parseMediaPath(path), { channel, rendition, segment, part });
        const caption = captionPath(channel, rendition, segment, part);
        assert.deepEqual(parseCaptionPath(caption), { channel, rendition, segment, part });
        assert.deepEqual([parseCaptionPath(path), parseMediaPath(caption)], [null, null]);
      },
    ),
    { seed: 2 },
  );
});

test("other paths name no media", () => {
  for (const path of [
    "/match/main.m3u8",
    "/match/v720/init-0.mp4",
    "/match/v720/-1.m4s",
    "/m/../1.m4s",
    "",
  ])
    assert.equal(parseMediaPath(path), null);
});
