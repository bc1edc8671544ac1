import assert from "node:assert/strict";
import test from "node:test";
import { edgeOf, movedTo, viaGateway } from "./route.ts";

test("a loopback host is replaced by the gateway, port, path and query stay", () => {
  assert.equal(
    viaGateway("http://127.0.0.1:8091/match/v720/935053.m4s?CMCD=sid%3D%22a%22", "127.0.1.1"),
    "http://127.0.1.1:8091/match/v720/935053.m4s?CMCD=sid%3D%22a%22",
  );
});

test("without a gateway, for other hosts and for what is no URL, nothing changes", () => {
  assert.equal(viaGateway("http://127.0.0.1:8091/a", null), "http://127.0.0.1:8091/a");
  for (const url of ["https://cdn.example/a", "http://10.0.0.1/a", "/relative", "data:,x", ""])
    assert.equal(viaGateway(url, "127.0.1.1"), url);
});

test("a URL that goes through the gateway already is left alone", () => {
  const url = "http://127.0.1.1:8091/a";
  assert.equal(viaGateway(url, "127.0.1.1"), url);
  assert.equal(viaGateway(viaGateway("http://127.0.0.1:8091/a", "127.0.1.1"), "127.0.1.1"), url);
});

test("an edge is known by its URL, also when the gateway stands for it", () => {
  const edges = [
    { id: "ixp", url: "http://127.0.0.1:8091" },
    { id: "isp", url: "http://127.0.0.1:8092" },
  ];
  const direct = (url: string): string => url;
  const routed = (url: string): string => viaGateway(url, "127.0.1.1");
  assert.equal(edgeOf("http://127.0.0.1:8092/match/a.m4s", edges, direct)?.id, "isp");
  assert.equal(edgeOf("http://127.0.0.1:8092/match/a.m4s", edges, routed)?.id, "isp");
  assert.equal(edgeOf("http://127.0.1.1:8092/match/a.m4s", edges, routed)?.id, "isp");
  assert.equal(edgeOf("http://127.0.0.1:9999/match/a.m4s", edges, direct), null);
});

test("a manifest moves to another edge with its path", () => {
  assert.equal(
    movedTo("http://127.0.0.1:8091/match/live.mpd?a=1", "http://127.0.0.1:8092/"),
    "http://127.0.0.1:8092/match/live.mpd?a=1",
  );
});
