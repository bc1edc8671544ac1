import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crowdCommand } from "./crowdCommand.ts";
import { crowdFlagsSchema, limitsOf, readDuration, settingsOf, type Venue } from "./crowdFlags.ts";
import { exampleMatchFile, readMatchFile } from "./matchFile.ts";

const venue: Venue = {
  match: readMatchFile(exampleMatchFile),
  edgeUrls: new Map([["isp-roma", "http://127.0.0.1:5001"]]),
  directorUrls: ["http://127.0.0.1:8082"],
};
const flagsOf = (...words: string[]) => {
  const command = crowdCommand().exitOverride();
  command.action(() => undefined);
  command.parse(words, { from: "user" });
  return crowdFlagsSchema.parse(command.opts());
};
const settings = (...words: string[]) => settingsOf(flagsOf(...words), venue);

describe("regista crowd", () => {
  it("without words: the match's networks and addresses, each with its own edges, the nearest first", () => {
    const { viewers, networks, channel, director, arrival, payload } = settings();
    assert.deepEqual(
      { viewers, channel, director, arrival, payload },
      { viewers: 100, channel: "match", director: null, arrival: "kickoff", payload: 1 },
    );
    assert.deepEqual(networks, [
      {
        name: "Fastweb",
        asn: 12_874,
        prefix: "127.0.1.0/24",
        share: 1,
        edges: ["http://127.0.0.1:5001", "http://127.0.0.1:8091"],
      },
      {
        name: "TIM",
        asn: 3_269,
        prefix: "127.0.2.0/24",
        share: 1,
        edges: ["http://127.0.0.1:8091", "http://127.0.0.1:5001"],
      },
    ]);
  });

  it("a network is known by its name, and may be made up", () => {
    const { networks } = settings(
      ...["--network", "name=tim,share=3"],
      ...["--network", "name=Home,asn=64500,prefix=127.0.9.0/24,edge=http://a:1+http://b:2"],
    );
    assert.deepEqual(
      networks.map(({ name, asn, prefix, share, edges }) => [
        name,
        asn,
        prefix,
        share,
        edges.length,
      ]),
      [
        ["TIM", 3_269, "127.0.2.0/24", 3, 2],
        ["Home", 64_500, "127.0.9.0/24", 1, 2],
      ],
    );
  });

  it("an edge alone is enough, from this machine's own address", () => {
    const { networks } = settings("--edge", "http://cache.example:80", "--edge", "http://b:2");
    assert.deepEqual(networks, [
      {
        name: "this machine",
        asn: null,
        prefix: null,
        share: 1,
        edges: ["http://cache.example:80", "http://b:2"],
      },
    ]);
  });

  it("--links goes through each network's gateway", () => {
    assert.deepEqual(
      settings("--links").networks.map(({ edges }) => edges[0]),
      ["http://127.0.1.1:5001", "http://127.0.2.1:8091"],
    );
  });

  it("reads times, mixes and limits", () => {
    const given = settings("--over", "500ms", "--for", "5m", "--protocol", "dash=0.7,hls=0.3");
    assert.deepEqual([given.overMs, given.durationMs], [500, 300_000]);
    assert.deepEqual(given.protocols, [
      { protocol: "dash", share: 0.7 },
      { protocol: "hls", share: 0.3 },
    ]);
    assert.deepEqual(limitsOf(flagsOf("--max-stalls", "0", "--max-join-p99", "1500ms")), {
      errors: 0,
      stalls: 0,
      joinP99Ms: 1_500,
      latencyP95Ms: null,
    });
    assert.equal(readDuration("for", "1.5"), 1_500);
  });

  it("who asks the director: every viewer, every network, or nobody", () => {
    const asked = (...words: string[]) => settings(...words).director;
    assert.equal(asked(), null);
    assert.deepEqual(asked("--ask", "viewer"), {
      urls: ["http://127.0.0.1:8082"],
      ask: "viewer",
      steer: true,
    });
    assert.deepEqual(asked("--director", "http://d:1", "--director", "http://d:2"), {
      urls: ["http://d:1", "http://d:2"],
      ask: "network",
      steer: true,
    });
    assert.equal(asked("--ask", "viewer", "--no-steering")?.steer, false);
  });

  it("what cannot be read is refused with the flag's name", () => {
    for (const [words, option] of [
      [["--for", "soon"], "for"],
      [["--protocol", "rtmp"], "protocol"],
      [["--network", "share=1"], "network"],
      [["--network", "name=a,colour=red"], "network"],
      [["--viewers", "0"], "viewers"],
      [["--network", "name=a,edge=b:1"], "network"],
      [["--payload", "2"], "payload"],
      [["--edge", "https://a"], "edge"],
    ] as const)
      assert.throws(
        () => settings(...words),
        (failure: { code?: string; message: string }) =>
          failure.code === "cli/bad-option" && failure.message.startsWith(`--${option}:`),
      );
  });
});
