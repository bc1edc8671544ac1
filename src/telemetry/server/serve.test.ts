import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Scope } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { standardGrid, positionAt } from "#media/grid";
import { type Summary, summarySchema } from "#protocol";
import { HopReporter, LIVE_LISTENERS_LIMIT } from "#telemetry";
import { CMCD_MEDIA_TYPE, cmcdKeys, encodeCmcd } from "#telemetry/cmcd";
import { startTelemetry } from "./index.ts";
import { CMCD_BODY_LIMIT } from "./limits.ts";

const context = { clock: systemClock, log: silentLog };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

async function telemetry(): Promise<string> {
  return scope.own(await startTelemetry({ port: 0, channel: "match" }, context)).url;
}

const summaryOf = async (url: string): Promise<Summary> =>
  summarySchema.parse(await (await fetch(`${url}/summary`)).json());

const event = encodeCmcd({
  e: "t",
  ts: systemClock.utc(),
  sid: "s1",
  cid: "match",
  v: 2,
  [cmcdKeys.glassToGlass]: 1_400,
});
const post = (url: string, body: string, type: string): Promise<Response> =>
  fetch(url, { method: "POST", body, headers: { "content-type": type } });

/** Reads an event stream until `enough` messages came. */
async function messages(response: Response, enough: number): Promise<Summary[]> {
  const found: Summary[] = [];
  let text = "";
  for await (const piece of (response.body as ReadableStream<Uint8Array>).pipeThrough(
    new TextDecoderStream(),
  )) {
    text += piece;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const each of events)
      if (each.startsWith("data: ")) found.push(summarySchema.parse(JSON.parse(each.slice(6))));
    if (found.length >= enough) break;
  }
  return found;
}

describe("the telemetry role", () => {
  it("joins what a role's reporter sends", async () => {
    const url = await telemetry();
    const now = systemClock.utc();
    const reporter = scope.own(new HopReporter({ url }, context));
    const at = { channel: "match", rendition: "v720", ...positionAt(standardGrid, now) };
    reporter.stamp({
      ...at,
      hop: "encode",
      node: "broadcaster",
      firstByteMs: now,
      lastByteMs: now,
    });
    await reporter.flush();
    assert.deepEqual(reporter.counters, { sent: 1, dropped: 0 });
    assert.equal((await summaryOf(url)).hops[0]?.node, "broadcaster");
  });

  it("takes CMCD as its media type and as a beacon's plain text, from a page of any origin", async () => {
    const url = await telemetry();
    for (const type of [CMCD_MEDIA_TYPE, "text/plain;charset=UTF-8"]) {
      const answer = await post(`${url}/cmcd`, `${event}\n${event}\n`, type);
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    }
    const preflight = await fetch(`${url}/cmcd`, { method: "OPTIONS" });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-max-age"), "86400");
    const summary = await summaryOf(url);
    assert.equal(summary.viewers.length, 1);
    assert.equal(summary.glassToGlass?.n, 4);
  });

  it("refuses what it cannot read with a code and a cure, and goes on", async () => {
    const url = await telemetry();
    const cases: [path: string, body: string, status: number, code: string][] = [
      ["/hops", "{", 400, "protocol/malformed"],
      ["/hops", '{"v":2,"hops":[]}', 400, "protocol/unknown-version"],
      ["/hops", '{"v":1,"hops":[{"hop":"edge"}]}', 400, "protocol/malformed"],
      ["/cmcd", "{}", 400, "telemetry/cmcd-malformed"],
      ["/cmcd", "x".repeat(CMCD_BODY_LIMIT + 1), 413, "control/too-large"],
      ["/elsewhere", "x", 404, "control/not-found"],
    ];
    for (const [path, body, status, code] of cases) {
      const answer = await post(url + path, body, "application/json");
      assert.equal(answer.status, status, path);
      const said = (await answer.json()) as { code: string; cure: string };
      assert.equal(said.code, code);
      assert.ok(said.cure.length > 10);
    }
    assert.equal((await summaryOf(url)).dropped.events, 1);
  });

  it("tells its listeners twice a second", async () => {
    const url = await telemetry();
    const stop = new AbortController();
    const response = await fetch(`${url}/live`, { signal: stop.signal });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const [first, second] = (await messages(response, 2)) as [Summary, Summary];
    assert.ok(second.at > first.at);
    stop.abort();
  });

  it("turns away a listener too many", async () => {
    const url = await telemetry();
    const stop = new AbortController();
    const listen = (): Promise<Response> => fetch(`${url}/live`, { signal: stop.signal });
    const all = await Promise.all(Array.from({ length: LIVE_LISTENERS_LIMIT }, listen));
    assert.ok(all.every((response) => response.ok));
    const refused = await listen();
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { code: string }).code, "telemetry/too-many-listeners");
    stop.abort();
  });

  it("shows its state and its counters", async () => {
    const url = await telemetry();
    await post(`${url}/cmcd`, `${event}\nnot a record`, CMCD_MEDIA_TYPE);
    const status = (await (await fetch(`${url}/status`)).json()) as Record<string, unknown>;
    assert.equal(status["role"], "telemetry");
    assert.equal(status["viewers"], 1);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /regista_telemetry_events_total 1\n/);
    assert.match(metrics, /regista_telemetry_events_unreadable_total 1\n/);
    assert.match(metrics, /regista_telemetry_hops_dropped_too_old_total 0\n/);
    assert.match(metrics, /regista_telemetry_viewers 1\n/);
  });

  it("closes once and for all, with listeners on it", async () => {
    const handle = await startTelemetry({ port: 0, channel: "match" }, context);
    const response = await fetch(`${handle.url}/live`);
    await Promise.all([handle.close(), handle.close()]);
    await messages(response, 9);
    await assert.rejects(fetch(`${handle.url}/summary`));
  });
});
