import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { listedQuery, normalSpelling, withoutReport } from "./key.ts";
import { Routes } from "./routes.ts";

const routes = new Routes();
const keyOf = (target: string): string => {
  const [path = "", query = ""] = target.split("?");
  return routes.name(path, query).key;
};

test("however a path is spelled, it names one object (RFC 3986 6.2.2)", () => {
  for (const path of ["/match/v720/7.m4s", "/%6dat%63h/v72%30/7%2Em4s", "/%6Datch/v720/7%2em4s"])
    assert.equal(keyOf(path), "/match/v720/7.m4s");
  assert.equal(keyOf("/a%c3%a4?x=%7e%2f"), "/a%C3%A4?x=~%2F");
  assert.equal(keyOf("/a%zz"), "/a%zz");
});

test("one spelling is its own, and means the same", () => {
  const text = fc.array(
    fc.constantFrom("%", "%4", "%41", "%2f", "%7E", "%e4", "a", "-", "/", "?", "%25", "%2541"),
  );
  fc.assert(
    fc.property(text, (pieces) => {
      const once = normalSpelling(pieces.join(""));
      assert.equal(normalSpelling(once), once);
      const decoded = (spelling: string): string =>
        spelling.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => `<${hex.toLowerCase()}>`);
      const plain = (spelling: string): string =>
        decoded(spelling).replaceAll(/<(\w\w)>/g, (whole, hex: string) => {
          const character = String.fromCharCode(Number.parseInt(hex, 16));
          return /[\w.~-]/.test(character) ? character : whole;
        });
      assert.equal(plain(once), plain(pieces.join("")));
    }),
    { numRuns: 10_000, seed: 3 },
  );
});

test("a playlist is named by its directives in one order and spelling; whatever else is asked names the same", () => {
  const named = "/match/v.m3u8?_HLS_msn=7&_HLS_part=2";
  for (const query of [
    "_HLS_msn=7&_HLS_part=2",
    "_HLS_part=2&_HLS_msn=7",
    "_HLS_msn=007&_HLS_part=02",
    "CMCD=sid%3D%22a%22&_HLS_part=2&bust=123&_HLS_msn=7",
    "%5FHLS_msn=%37&_HLS_part=2",
  ])
    assert.equal(keyOf(`/match/v.m3u8?${query}`), named, query);
  assert.equal(
    keyOf("/match/v.m3u8?_HLS_msn=0&_HLS_skip=YES"),
    "/match/v.m3u8?_HLS_msn=0&_HLS_skip=YES",
  );
  assert.equal(keyOf("/match/v/7.2.m4s?bust=1"), "/match/v/7.2.m4s");
  assert.equal(keyOf("/match/live.mpd?bust=1"), "/match/live.mpd");
  assert.equal(keyOf("/match/v/init-a1.mp4?bust=1"), "/match/v/init-a1.mp4");
});

test("a directive that comes twice, or is no short word, is refused", () => {
  for (const query of [
    "_HLS_msn=7&_HLS_msn=8",
    "_HLS_msn=7&_HLS_msn=7",
    `_HLS_msn=${"9".repeat(33)}`,
    "_HLS_msn=",
    "_HLS_msn",
    "_HLS_skip=%00",
    "_HLS_skip=a/b",
  ])
    assert.notEqual(routes.name("/match/v.m3u8", query).bad, null, query);
});

test("no query of a channel can name more objects than its directives have values", () => {
  const value = fc.constantFrom(
    "0",
    "1",
    "01",
    "001",
    "YES",
    "%31",
    "",
    "1&_HLS_msn=1",
    "x".repeat(40),
  );
  const parameter = fc.record({
    name: fc.constantFrom("_HLS_msn", "_HLS_part", "%5fHLS_msn", "CMCD", "x", "_hls_msn", ""),
    value,
  });
  const keys = new Set<string>();
  fc.assert(
    fc.property(fc.array(parameter, { maxLength: 6 }), (parameters) => {
      const query = parameters.map((one) => `${one.name}=${one.value}`).join("&");
      const name = listedQuery(query, ["_HLS_msn", "_HLS_part"]);
      if (name !== null) keys.add(name);
    }),
    { numRuns: 10_000, seed: 5 },
  );
  assert.ok(keys.size <= 16, [...keys].join(" "));
});

test("the viewer's own report is left out wherever it stands, and nothing else is", () => {
  const parameter = fc.constantFrom("CMCD=a", "CMCD=", "xCMCD=1", "CMCD", "a=1", "", "b");
  fc.assert(
    fc.property(fc.array(parameter, { maxLength: 8 }), (parameters) => {
      const kept = parameters.filter((one) => !one.startsWith("CMCD="));
      assert.equal(withoutReport(parameters.join("&")), kept.join("&"));
    }),
    { numRuns: 10_000, seed: 9 },
  );
});

test("elsewhere the whole query names the object, less the viewer's own report", () => {
  assert.equal(keyOf("/a?b=2&a=1"), "/a?b=2&a=1");
  assert.equal(keyOf("/a?CMCD=bl%3D1"), "/a");
  assert.equal(withoutReport("x=1&CMCD=bl%3D1&_HLS_msn=2"), "x=1&_HLS_msn=2");
  assert.equal(withoutReport("xCMCD=1"), "xCMCD=1");
  const { target } = routes.name("/a%7e", "x=%7e&CMCD=y");
  assert.equal(target, "/a%7e?x=%7e", "as it was spelled: a signature may lie over it");
});

test("the parts of a segment come from one source; a whole segment from whoever is well", () => {
  const sourceOf = (path: string): string | null => routes.name(path, "").source;
  assert.equal(sourceOf("/match/v720/7.m4s"), null);
  assert.equal(sourceOf("/match/a128/7.3.m4s"), "match/a128/7");
  assert.equal(sourceOf("/match/t-it/7.3.vtt"), "match/t-it/7");
  assert.equal(sourceOf("/match/v720.m3u8"), null);
});

test("the first rule that matches stands, and what is no rule is refused by name", () => {
  const own = new Routes([
    { match: "^/live/", query: ["b", "a"], forward: "all", source: "^/live/(\\d+)" },
    { match: "^/live/" },
  ]);
  const name = own.name("/live/7", "a=1&b=02&c=3");
  assert.deepEqual(name, {
    key: "/live/7?b=2&a=1",
    target: "/live/7?b=2&a=1",
    source: "7",
    forwards: true,
    held: false,
    bad: null,
  });
  assert.throws(() => new Routes([{ match: "(" }]), { code: "edge/bad-route" });
  assert.throws(() => new Routes([{ match: "", source: "[" }]), { code: "edge/bad-route" });
  assert.throws(() => new Routes(Array.from({ length: 65 }, () => ({ match: "" }))), {
    code: "edge/bad-route",
  });
});

test("a cue is one object whatever is asked beside its name, and its request may be held", () => {
  const routes = new Routes();
  for (const query of ["", "CMCD=sid%3D%22a%22", "from=3&x", "_=17"]) {
    const cue = routes.name("/match/cues/1795301664120.json", query);
    assert.deepEqual(
      [cue.key, cue.held, cue.forwards],
      ["/match/cues/1795301664120.json", true, false],
    );
    const index = routes.name("/match/cues.json", query);
    assert.deepEqual([index.key, index.held, index.forwards], ["/match/cues.json", false, false]);
  }
});
