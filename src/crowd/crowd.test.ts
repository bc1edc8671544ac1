import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createServer } from "node:http";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type Crowd, startCrowd } from "./crowd.ts";
import { settingsOf } from "./crowdFixture.ts";
import type { CrowdSettings } from "./settings.ts";

const child = new URL("./processes/fixtures/calmChild.ts", import.meta.url).pathname;
const calm = (change: Partial<CrowdSettings>): Promise<Crowd> =>
  startCrowd(settingsOf({ viewers: 99, overMs: 300, ...change }), { clock: systemClock, child });

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const playing = async (crowd: Crowd, viewers: number): Promise<void> => {
  while (crowd.now.joins < viewers) await systemClock.sleep(ms(20));
};

describe("a crowd of several processes", () => {
  it("runs its time, adds up what all tell, and leaves nothing running", async () => {
    const crowd = await calm({
      processes: 2,
      durationMs: 1_000,
      networks: [
        { name: "Fastweb", asn: 12_874, prefix: "127.0.1.0/24", share: 2, edges: ["http://e"] },
        { name: "TIM", asn: 3_269, prefix: "127.0.2.0/24", share: 1, edges: ["http://e"] },
      ],
      sampled: 1,
    });
    assert.equal(crowd.pids.length, 2);
    const report = await crowd.ended;
    assert.equal(report.ended, "over");
    assert.equal(report.clean, true, report.says);
    assert.deepEqual(
      report.networks.map(({ name, viewers, joins }) => [name, viewers, joins]),
      [
        ["Fastweb", 66, 66],
        ["TIM", 33, 33],
      ],
    );
    assert.equal(report.all.joins, 99);
    assert.ok(report.all.bytes > 99 * 3 * 10_000);
    assert.ok(Math.abs(report.lastedMs - 1_000) < 200, String(report.lastedMs));
    assert.equal(report.timeline.all.playing.at(-1), 99);
    assert.match(report.says, /99 viewers from 2 networks .* no stall, no error, no fault/);
    assert.match(report.payload.says, /true size/);
    assert.ok(report.processes.every(({ cores, died }) => cores > 0 && died === null));
    assert.ok(crowd.pids.every((pid) => !alive(pid)));
  });

  it("tells of a process that died, whose viewers are lost, and of content that differs between the others", async () => {
    const crowd = await calm({ viewers: 100, processes: 3, durationMs: 60_000, sampled: 1 });
    await playing(crowd, 100);
    process.kill(crowd.pids[1] as number, "SIGKILL");
    while (crowd.now.lost === 0) await systemClock.sleep(ms(20));
    const [report, again, ended] = await Promise.all([crowd.stop(), crowd.stop(), crowd.ended]);
    assert.equal(report.ended, "stopped");
    assert.ok(report === again && report === ended, "however often it is told to stop");
    assert.equal(await crowd.stop(), report);
    assert.ok(crowd.pids.every((pid) => !alive(pid)));
    assert.equal(report.faults[0]?.kind, "wrong-hash");
    assert.match(report.faults[0]?.first[0] ?? "", /v144\/1\.m4s/);
    assert.equal(report.all.lost, 34);
    assert.equal(report.clean, false);
    assert.match(report.warnings.join(" "), /died: it was ended by SIGKILL/);
    assert.match(report.says, /34 viewers lost/);
  });

  it("when every process has died there is a report at once", async () => {
    const crowd = await calm({ processes: 2, durationMs: 60_000 });
    await playing(crowd, 99);
    for (const pid of crowd.pids) process.kill(pid, "SIGKILL");
    assert.equal((await crowd.ended).all.lost, 99);
  });
});

describe("before anybody comes", () => {
  it("a network whose addresses this machine does not have is refused", async () => {
    const networks = [
      { name: "far", asn: null, prefix: "240.0.0.0/24", share: 1, edges: ["http://e"] },
    ];
    await assert.rejects(calm({ networks }), { code: "crowd/no-address-here" });
  });

  it("a network without edges is refused", async () => {
    const networks = [{ name: "lost", asn: null, prefix: null, share: 1, edges: [] }];
    await assert.rejects(calm({ networks }), { code: "crowd/no-edges" });
  });

  it("a process that cannot start is told of with its own words", async () => {
    await assert.rejects(
      startCrowd(settingsOf(), { clock: systemClock, child: "/nowhere/child.ts" }),
      { code: "crowd/process-did-not-start" },
    );
  });

  it("the director sends each network to its edge, asked from that network's own address", async () => {
    const asked: string[] = [];
    const director = createServer((request, response) => {
      asked.push(request.socket.remoteAddress ?? "");
      const edge = `http://127.0.0.1:${asked.length}`;
      response.end(
        JSON.stringify({
          v: 1,
          session: "s",
          network: null,
          cohort: "it/roma",
          edge: { id: "e", class: "on-net" },
          why: [],
          urls: { hls: `${edge}/m.m3u8`, dash: `${edge}/match/live.mpd`, time: `${edge}/time` },
          steering: { hls: `${edge}/h`, dash: `${edge}/d`, ttlS: 5 },
          target: { latencyMs: 1_800, version: 1, fromLatencyMs: 1_800, fromUtcMs: 0 },
          token: null,
        }),
      );
    });
    await new Promise<void>((resolve) => void director.listen(0, "127.0.0.1", resolve));
    const { port } = director.address() as { port: number };
    try {
      const crowd = await calm({
        director: { urls: [`http://127.0.0.1:${port}`], ask: "network", steer: true },
        targetLatencyMs: null,
        durationMs: 1_000,
        networks: [
          { name: "a", asn: 1, prefix: "127.0.1.0/24", share: 1, edges: [] },
          { name: "b", asn: 2, prefix: "127.0.2.0/24", share: 1, edges: ["http://127.0.0.1:9"] },
        ],
      });
      await crowd.stop();
      assert.deepEqual(asked, ["127.0.1.2", "127.0.2.2"]);
      assert.equal(crowd.settings.targetLatencyMs, 1_800);
      assert.deepEqual(
        crowd.settings.networks.map(({ edges }) => edges),
        [["http://127.0.0.1:1"], ["http://127.0.0.1:2", "http://127.0.0.1:9"]],
      );
    } finally {
      director.close();
    }
  });
});
