// A foreign edge slows without dying.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { whyNoLab } from "../support/lab/index.ts";
import { italy } from "../support/lab/italy.ts";
import { assertSettled, curtain, movesOf, setStage } from "../support/lab/stage.ts";

const viewers = { vodafone: 40, fastweb: 20 } as const;
const skip =
  whyNoLab() ?? (existsSync("/usr/sbin/nginx") ? false : "nginx is not installed (--long does)");

/** Vodafone meets the CDN at both exchanges, and nowhere else. */
const description = {
  ...italy,
  networks: italy.networks.map((network) =>
    network.id === "vodafone" ? { ...network, pnis: [] } : network,
  ),
};

/** nginx as docs/operating/nginx-edge.conf has it, in front of `origin`, on `port`. */
function configurationOf(origin: string, port: number): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), "regista-nginx-"));
  const edge = readFileSync(
    new URL("../../docs/operating/nginx-edge.conf", import.meta.url),
    "utf8",
  );
  writeFileSync(
    join(folder, "edge.conf"),
    edge
      .replaceAll("127.0.0.1:8083", origin)
      .replace("listen 8093 backlog=4096;", `listen ${port} backlog=4096;`)
      .replaceAll("/dev/shm/nginx-edge", join(folder, "cache")),
  );
  for (const name of ["body", "proxy"]) mkdirSync(join(folder, name));
  const file = join(folder, "nginx.conf");
  const frame = [
    "user root; daemon off; worker_processes 1;",
    `pid ${folder}/pid; error_log ${folder}/error.log;`,
    "events { worker_connections 4096; }",
    `http { client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;`,
    `include ${folder}/edge.conf; }`,
  ];
  writeFileSync(file, frame.join("\n"));
  return { folder, file };
}

test(
  "a foreign edge that answers late loses its viewers to the next class, once each, though it never failed",
  { skip },
  async (t) => {
    const { folder, file } = configurationOf("185.45.208.10:8083", 8_091);
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const foreign = {
      ...{ id: "nginx-mi", url: "http://185.45.210.10:8091", station: "milano" },
      ...{ capacityMbps: 1_000, foreign: true },
    };
    const stage = await setStage(t, {
      ...{ description, viewers, foreign: [foreign], without: ["milano"] },
      before: (lab) => {
        lab.in("milano").spawn(["nginx", "-c", file, "-e", join(folder, "error.log")], {
          as: "nginx",
        });
      },
    });
    const { lab, chain } = stage;
    const vodafone = stage.crowd("vodafone");
    await lab.until(
      "Vodafone's viewers are at nginx, over MIX",
      () => vodafone.at(chain.edge("nginx-mi")) === viewers.vodafone,
    );
    await assertPlays(stage);
    // There and back for the probe, and once more for what nginx has to fetch: late, but within every time limit.
    lab.setLine("backbone/milano", { delayMs: 130 });
    await lab.until(
      "they are at the exchange",
      () => vodafone.at(chain.edge("roma")) === viewers.vodafone,
      { withinMs: 45_000 },
    );
    await lab.until(
      "the director sees them there",
      async () => (await stage.onClass("vodafone", "exchange-rs")) === viewers.vodafone,
    );
    assert.equal(lab.process("nginx").died, false);
    const { edges } = await chain.map();
    const [slow] = edges.filter(({ id }) => id === "nginx-mi");
    assert.equal(slow?.standing, "slow", JSON.stringify(slow));
    await assertSettled(t, stage);
    const reports = await curtain(t, stage);
    assert.equal(movesOf(reports, "vodafone"), viewers.vodafone, "each of them once");
    assert.equal(movesOf(reports, "fastweb"), 0);
  },
);

/** A foreign edge tells nobody what it sends: only that viewers play, and the director knows how many. */
async function assertPlays(stage: Awaited<ReturnType<typeof setStage>>): Promise<void> {
  await stage.lab.until(
    "the director counts them at MIX",
    async () => (await stage.onClass("vodafone", "exchange")) === viewers.vodafone,
  );
}
