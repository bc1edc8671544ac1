// regista crowd as a person uses it: against an edge that serves nonsense, so that the run is short and its trouble known.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Command } from "../support/command.ts";

const CROWD = ["crowd", "--viewers", "20", "--over", "200ms", "--no-progress"];

describe("regista crowd", () => {
  const edge = createServer((request, response) => {
    asked(request.socket.remotePort ?? 0);
    response.end("this is no manifest");
  });
  let asked: (port: number) => void = () => undefined;
  let url = "";
  before(async () => {
    edge.listen(0, "127.0.0.1");
    await once(edge, "listening");
    url = `http://127.0.0.1:${(edge.address() as { port: number }).port}`;
  });
  after(() => {
    edge.closeAllConnections();
    edge.close();
  });

  test("tells what went wrong on all its forms, and ends with status 1", async () => {
    const words = ["--edge", url, "--for", "1s", "--json", "run.json", "--html", "run.html"];
    const crowd = new Command([...CROWD, ...words]);
    assert.equal(await crowd.ended(), 1, crowd.output);
    assert.match(crowd.output, /^20 viewers from 1 network for 1 s: \d+ errors\. Nobody joined\./m);
    assert.match(crowd.output, /bad-manifest/);
    assert.match(crowd.output, /Not passed: nobody joined; \d+ errors, the limit is 0/);
    const report = JSON.parse(readFileSync(join(crowd.folder, "run.json"), "utf8")) as {
      kind: string;
      all: { came: number };
    };
    assert.deepEqual([report.kind, report.all.came], ["crowd", 20]);
    assert.match(readFileSync(join(crowd.folder, "run.html"), "utf8"), /▲ trouble/);
  });

  test("Ctrl-C ends it, and gives the report so far", async () => {
    const ports = new Set<number>();
    const allCame = new Promise<void>((resolve) => {
      asked = (port) => void (ports.add(port).size > 20 && resolve());
    });
    const crowd = new Command([...CROWD, "--edge", url, "--for", "60s"]);
    await allCame;
    process.kill(crowd.pid, "SIGINT");
    assert.equal(await crowd.ended(), 1, crowd.output);
    assert.match(crowd.output, /stopped before its time/);
  });

  test("says so when there is nothing to watch, before anybody comes", async () => {
    const crowd = new Command([...CROWD, "--edge", "http://127.0.0.1:9"]);
    assert.equal(await crowd.ended(), 1);
    assert.match(crowd.output, /No edge has the channel: .* does not answer\. Start a match/);
  });
});
