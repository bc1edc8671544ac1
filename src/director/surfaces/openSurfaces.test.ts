import assert from "node:assert/strict";
import { promises as dns } from "node:dns";
import test, { type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type DirectorHandle, type DirectorOptions, startDirector } from "../index.ts";

const edges = [
  { id: "a", url: "http://127.0.0.1:8091", capacityMbps: 10_000 },
  { id: "b", url: "http://edge.example:8091", capacityMbps: 10_000 },
];
const dnsOptions = { zone: "match.example", port: 0 };

async function start(t: TestContext, more: Partial<DirectorOptions> = {}): Promise<DirectorHandle> {
  const options = { port: 0, channel: "match", edges, exchanges: [], networks: [], ...more };
  const director = await startDirector(options, { clock: systemClock, log: silentLog });
  t.after(() => director.close());
  return director;
}

test("one director answers sessions, redirects and DNS, and counts them", async (t) => {
  const { url, dnsPort } = await start(t, {
    dns: dnsOptions,
    publicUrl: "https://director.example/",
  });
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${dnsPort}`]);
  assert.deepEqual(await resolver.resolve4("match.match.example"), ["127.0.0.1"]);
  const moved = await fetch(`${url}/match/live.mpd?x=1`, { redirect: "manual" });
  assert.equal(moved.status, 302);
  assert.match(moved.headers.get("location") ?? "", /:8091\/match\/live\.mpd\?x=1$/);
  const session = (await (await fetch(`${url}/session?channel=match`)).json()) as {
    steering: { hls: string };
  };
  assert.match(session.steering.hls, /^https:\/\/director\.example\/steer\/hls\?session=/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /regista_director_redirects_total 1\b/);
  assert.match(metrics, /regista_director_dns_queries_total\{outcome="answered"\} 1\b/);
  assert.match(metrics, /regista_director_shed_total\{asks="arriving",reason="prefix"\} 0\b/);
  const status = (await (await fetch(`${url}/status`)).json()) as { dns: { answered: number } };
  assert.equal(status.dns.answered, 1);
});

test("without a zone there is no name server", async (t) => {
  assert.equal((await start(t)).dnsPort, null);
});

test("what cannot be is refused before anything listens, and a DNS port that is taken closes the rest", async (t) => {
  const wrong: Partial<DirectorOptions>[] = [
    { pathways: ["nosuch"] },
    { pathways: [] },
    { requestsPerS: 0 },
    { dns: { zone: "example" } },
    { dns: { zone: "match..example" } },
    { dns: { ...dnsOptions, nameServers: ["-"] } },
    { dns: { ...dnsOptions, responsesPerS: Number.NaN } },
  ];
  for (const more of wrong)
    await assert.rejects(start(t, more), { code: "director/bad-option" }, JSON.stringify(more));
  const { dnsPort } = await start(t, { dns: dnsOptions });
  await assert.rejects(start(t, { dns: { ...dnsOptions, port: dnsPort as number } }), {
    code: "director/dns-cannot-listen",
  });
});
