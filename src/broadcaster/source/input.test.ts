import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { decoderArguments } from "./decoder.ts";
import { type Input, openingArguments, parseInput, shownInput } from "./input.ts";

const shape = { width: 640, height: 360, fps: 25 };

test("every kind of input is understood", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a film.mp4");
  writeFileSync(path, "");
  assert.deepEqual(parseInput("test"), { kind: "test" });
  assert.deepEqual(parseInput(`file:${path}`), { kind: "file", path });
  assert.deepEqual(parseInput(`file://${path}`), { kind: "file", path });
  assert.deepEqual(parseInput(`file:${relative(process.cwd(), path)}`), { kind: "file", path });
  const places = {
    "srt://10.0.0.1:9000?mode=listener": "srt://10.0.0.1:9000",
    "udp://@239.1.1.1:5000": "udp://239.1.1.1:5000",
    "rtmp://0.0.0.0/live/key": "rtmp://0.0.0.0",
  };
  for (const [url, shown] of Object.entries(places)) {
    assert.equal(shownInput(parseInput(url)), shown);
  }
});

test("what cannot be an input is refused with a code", () => {
  const cases = [
    ["", "unknown-input"],
    ["testing", "unknown-input"],
    ["http://host/film.mp4", "unknown-input"],
    ["srt://host", "bad-address"],
    ["udp://", "bad-address"],
    ["udp://host:99999", "bad-address"],
    ["file:/no/such/film.mp4", "file-missing"],
    ["file:/", "file-missing"],
  ] as const;
  for (const [text, code] of cases) {
    assert.throws(() => parseInput(text), { code: `broadcaster/${code}` }, text);
  }
});

test("any text is an input or a named refusal", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `srt://${rest}`),
    fc.string().map((rest) => `rtmp://${rest}:1/`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        assert.ok(parseInput(text));
      } catch (failure) {
        assert.ok(failure instanceof RegistaError);
      }
    }),
    { numRuns: 10_000, seed: 7 },
  );
});

test("a silent network is given up by ffmpeg itself, and what the address says is kept", () => {
  const opened = (url: string): string =>
    openingArguments(parseInput(url) as Exclude<Input, { kind: "test" }>).join(" ");
  assert.match(opened("udp://127.0.0.1:5000"), /udp:\/\/127\.0\.0\.1:5000\?timeout=5000000/);
  const srt = opened("srt://127.0.0.1:9000?mode=listener&latency=300000");
  assert.match(srt, /mode=listener&latency=300000&timeout=5000000/);
  assert.match(opened("rtmp://127.0.0.1:1935/live"), /-listen 1 -timeout 5/);
});

test("names and parameters of an address are not shown: they can be secrets", () => {
  assert.equal(
    shownInput(parseInput("srt://me:pass@host:9000?passphrase=hidden")),
    "srt://host:9000",
  );
});

test("the decoder makes whole pictures of one size with square pixels, and sound if there is any", () => {
  const args = decoderArguments({ kind: "udp", url: "udp://127.0.0.1:5000" }, shape);
  const filters = args[args.indexOf("-vf") + 1] as string;
  assert.match(filters, /pad=640:360/);
  assert.match(filters, /dar/);
  assert.ok(args.includes("0:a:0?"));
});
