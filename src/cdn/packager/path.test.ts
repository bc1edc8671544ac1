import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { PATH_LENGTH_LIMIT } from "./limits.ts";
import { parseIngestPath } from "./path.ts";

const refused = (failure: unknown): boolean =>
  failure instanceof RegistaError && failure.code === "packager/bad-path" && failure.status === 400;

test("the rendition is the folder, the name in Streams(), or a flat name without number and affixes", () => {
  const expected: Record<string, string> = {
    "v720/123.m4s": "v720",
    "v720/init.mp4": "v720",
    "a128-it/935053000.m4s": "a128-it",
    "period1/v720/7.m4s": "period1-v720",
    "Streams(v720.cmfv)": "v720",
    "Switching(video)/Streams(v720)": "v720",
    "init-v720.mp4": "v720",
    "v720-init.mp4": "v720",
    "chunk-v720-00123.m4s": "v720",
    "v720_123.m4s": "v720",
    "v720.123.m4s": "v720",
    "v720.cmfv": "v720",
  };
  for (const [relative, rendition] of Object.entries(expected)) {
    assert.deepEqual(parseIngestPath(`/ingest/match/${relative}`), { channel: "match", rendition });
  }
});

test("manifests are known by their names", () => {
  for (const name of ["live.mpd", "v720/index.m3u8"]) {
    assert.deepEqual(parseIngestPath(`/ingest/match/${name}`), {
      channel: "match",
      rendition: null,
    });
  }
});

test("a path that names no rendition is refused", () => {
  const paths = [
    "/ingest/match/",
    "/ingest/match",
    "/ingest//v720/1.m4s",
    "/ingest/match/v%20720/1.m4s",
    "/ingest/match/../v720/1.m4s",
    "/ingest/match/%zz/1.m4s",
    "/other/match/v720/1.m4s",
    `/ingest/match/${"v".repeat(65)}/1.m4s`,
    `/ingest/match/v720/${"1".repeat(PATH_LENGTH_LIMIT)}`,
  ];
  for (const path of paths) assert.throws(() => parseIngestPath(path), refused, path);
});

test("any path is read or refused, and a rendition read is a name", () => {
  const piece = fc.constantFrom(
    "/",
    "ingest",
    "match",
    "..",
    "%",
    "%2f",
    "v720",
    "-",
    "_",
    ".",
    "Streams(",
    ")",
    "1",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      try {
        const { rendition } = parseIngestPath(`/ingest/match/${pieces.join("")}`);
        assert.match(rendition ?? "none", /^[\w-]{1,64}$/);
      } catch (failure) {
        assert.ok(refused(failure), String(failure));
      }
    }),
    { numRuns: 10_000, seed: 20_261_121 },
  );
});
