// Real players follow a real director to an edge that neither playlist nor MPD names: hls.js and dash.js in Chromium. What is
// steered to is a server that only listens: where they ask is what is judged.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { startDirector } from "#director";
import { Theatre } from "../support/browser.ts";
import { until } from "./stage.ts";

const NAMED = "127.0.0.1";
const CLONE = "127.0.0.2";
const module = (path: string): string =>
  new URL(`../../node_modules/${path}`, import.meta.url).pathname;
const players = [
  module("hls.js/dist/hls.min.js"),
  module("dashjs/dist/modern/umd/dash.all.min.js"),
] as const;

/** A service whose documents name one edge, and a director that sends everybody to another. */
async function stage(t: TestContext): Promise<{ page: string; asked: string[] }> {
  const asked: string[] = [];
  let port = 0;
  let director = "";
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { host = "", origin = "*" } = request.headers;
    asked.push(`${host.split(":")[0]}${request.url}`);
    response.setHeader("access-control-allow-origin", origin);
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path.endsWith("main.m3u8")) response.end(multivariant(port, director));
    else if (path.endsWith(".m3u8")) response.end(MEDIA);
    else if (path.endsWith(".mpd")) response.end(mpd(port, director));
    else if (path === "/time") response.end("0");
    else if (path === "/") response.setHeader("content-type", "text/html").end("<video></video>");
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  ({ port } = server.address() as { port: number });
  const handle = await startDirector(
    {
      ...{ port: 0, channel: "match", exchanges: [], networks: [], pathways: ["named"] },
      edges: [
        { id: "named", url: `http://${NAMED}:${port}`, capacityMbps: 10_000 },
        { id: "clone", url: `http://${CLONE}:${port}`, capacityMbps: 10_000 },
      ],
    },
    { clock: systemClock, log: silentLog },
  );
  t.after(() => handle.close());
  director = handle.url;
  // The named edge takes its leave: whoever is there is to go, at once.
  const beat = async (): Promise<void> => {
    await Promise.all(["named", "clone"].map((edge) => heartbeat(director, edge)));
  };
  await beat();
  const beating = systemClock.every(ms(1_000), () => void beat());
  t.after(() => beating.cancel());
  return { page: `http://${NAMED}:${port}/`, asked };
}

async function heartbeat(director: string, edge: string): Promise<void> {
  const load = { viewers: 0, mbps: 0, capacityMbps: 10_000, cpu: 0, waiters: 0, upstreamErrors: 0 };
  const body = JSON.stringify({ v: 1, edge, at: 0, ...load, draining: edge === "named" });
  // One that closes hears no more.
  await fetch(`${director}/heartbeat`, { method: "POST", body }).catch(() => null);
}

const MEDIA = [
  ...["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:7"],
  ...['#EXT-X-MAP:URI="init.mp4"', "#EXTINF:2,", "7.m4s", "#EXTINF:2,", "8.m4s", ""],
].join("\n");

const multivariant = (port: number, director: string): string =>
  [
    ...["#EXTM3U", "#EXT-X-VERSION:9"],
    `#EXT-X-CONTENT-STEERING:SERVER-URI="${director}/steer/hls?session=hls",PATHWAY-ID="named"`,
    '#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.64001f",PATHWAY-ID="named",STABLE-VARIANT-ID="v"',
    `http://${NAMED}:${port}/match/v.m3u8`,
    "",
  ].join("\n");

const mpd = (port: number, director: string): string => `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT60S" minBufferTime="PT2S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011">
  <BaseURL serviceLocation="named">http://${NAMED}:${port}/match/</BaseURL>
  <ContentSteering defaultServiceLocation="named" queryBeforeStart="true">${director}/steer/dash?session=dash</ContentSteering>
  <Period id="0" start="PT0S"><AdaptationSet contentType="video" mimeType="video/mp4">
    <SegmentTemplate timescale="1" duration="2" startNumber="1" media="d$Number$.m4s" initialization="dash-init.mp4"/>
    <Representation id="v" bandwidth="1000000" width="640" height="360" codecs="avc1.64001f"/>
  </AdaptationSet></Period>
</MPD>`;

test("hls.js and dash.js follow the director to an edge that no playlist and no MPD names", async (t) => {
  const { page, asked } = await stage(t);
  const theatre = await Theatre.open({ keepsOpen: true });
  t.after(() => theatre.close());
  const tab = await theatre.tab({ width: 320, height: 200 });
  await tab.goto(page);
  for (const path of players) await tab.addScriptTag({ path });
  await tab.evaluate(`{
    const hls = new Hls({ enableWorker: false });
    hls.attachMedia(document.querySelector("video"));
    hls.loadSource("/match/main.m3u8");
    const dash = dashjs.MediaPlayer().create();
    dash.initialize(document.body.appendChild(document.createElement("video")), "/match/live.mpd", true);
  }`);
  const turn = (host: string, name: string): number => asked.indexOf(`${host}/match/${name}`);
  await until(() => turn(CLONE, "v.m3u8") >= 0 && turn(CLONE, "dash-init.mp4") >= 0);
  // Where the MPD points it asks at most afterwards, as a second choice: steering came first.
  const named = turn(NAMED, "dash-init.mp4");
  assert.ok(named < 0 || named > turn(CLONE, "dash-init.mp4"), asked.join("\n"));
});
