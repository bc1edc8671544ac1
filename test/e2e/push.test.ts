// A phone that watches nothing hears of a goal: from the gate's release to its push service, in RFC 8291's envelope.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ms, utcMs } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type PushHandle, type PushOptions, startPush } from "#push";
import { selfSigned } from "../../src/http/fixtures/certificate.ts";
import { type GatedEdge, gatedEdge } from "../../src/push/fixtures/gatedEdge.ts";
import { type PushService, pushService } from "../support/pushService.ts";

const context = { clock: systemClock, log: silentLog };
const identity = selfSigned("push service", utcMs(systemClock.utc() + 86_400_000));

interface Stage {
  edge: GatedEdge;
  phones: PushService;
  push: PushHandle;
  options: PushOptions;
  folder: string;
  subscribe(cohort: string, more?: object): Promise<{ endpoint: string }>;
  counters(): Promise<Record<string, number>>;
}

async function stage(t: TestContext, over: Partial<PushOptions> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "regista-push-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const edge = await gatedEdge(t);
  const keyOf = (): string =>
    JSON.parse(readFileSync(join(folder, "vapid.json"), "utf8")).publicKey;
  const phones = await pushService(t, identity, keyOf);
  const options: PushOptions = {
    port: 0,
    channel: "match",
    edges: [edge.url],
    folder,
    contact: "mailto:desk@example.com",
    ttlS: 30,
    allowPrivate: true,
    ca: identity.cert,
    ...over,
  };
  const push = await startPush(options, context);
  t.after(() => push.close());
  return {
    ...{ edge, phones, push, options, folder },
    async subscribe(cohort, more = {}) {
      const subscription = phones.subscribe();
      const body = JSON.stringify({ v: 1, cohort, subscription, ...more });
      const answer = await fetch(`${push.url}/subscriptions`, { method: "POST", body });
      assert.equal(answer.status, 201, await answer.text());
      return subscription;
    },
    counters: async () =>
      (await (await fetch(`${push.url}/status`)).json()) as Record<string, number>,
  };
}

/** Waits until the role's own figures are as asked for. */
async function until(
  { counters }: Pick<Stage, "counters">,
  good: (figures: Record<string, number>) => boolean,
): Promise<Record<string, number>> {
  for (const start = systemClock.monotonic(); ;) {
    const figures = await counters();
    if (good(figures)) return figures;
    if (systemClock.monotonic() - start > 5_000) throw new Error(JSON.stringify(figures));
    await systemClock.sleep(ms(20));
  }
}

test("a goal reaches each phone of its cohort once, when the gate has released it and not before", async (t) => {
  const here = await stage(t);
  const { edge, phones, push } = here;
  await here.subscribe("it/roma");
  await here.subscribe("it/roma");
  await edge.streams(1);
  assert.equal(edge.asked[0]?.url, "/match/cues/live?cohort=it%2Froma");
  assert.equal(phones.received.length, 0);
  const releasedAt = edge.release(7);
  edge.release(7);
  const taken = await phones.count(2);
  await until(here, ({ accepted, again }) => accepted === 2 && again === 1);
  assert.deepEqual(taken.map(({ path }) => path).sort(), ["/send/0", "/send/1"]);
  for (const { at, headers, claims, notification } of taken) {
    assert.ok(at >= releasedAt);
    assert.equal(headers["content-encoding"], "aes128gcm");
    assert.equal(headers["urgency"], "high");
    assert.match(String(headers["topic"]), /^goal-[\w-]{12}$/);
    assert.ok(Number(headers["ttl"]) > 25 && Number(headers["ttl"]) <= 30);
    assert.equal(claims["aud"], phones.origin);
    assert.equal(claims["sub"], "mailto:desk@example.com");
    assert.equal(notification["title"], "GOAL");
    assert.equal(notification["body"], "67' · home 2–1");
    assert.equal(notification["seq"], 7);
  }
  const { publicKey } = (await (await fetch(`${push.url}/key`)).json()) as { publicKey: string };
  assert.equal(Buffer.from(publicKey, "base64url").length, 65);
});

test("each cohort has its own stream, and a phone hears of the kinds it asked for", async (t) => {
  const here = await stage(t);
  const { edge, phones } = here;
  await here.subscribe("it/roma", { kinds: ["card"] });
  await here.subscribe("it/milano");
  await edge.streams(2);
  assert.deepEqual(
    new Set(edge.asked.map(({ url }) => url.split("=")[1])),
    new Set(["it%2Froma", "it%2Fmilano"]),
  );
  edge.release(1);
  edge.release(2, { kind: "odds" });
  await until(here, ({ accepted, notPushed }) => accepted === 1 && notPushed === 2);
  assert.deepEqual(
    phones.received.map(({ path }) => path),
    ["/send/1"],
  );
});

test("a phone that is gone is forgotten, a busy push service is asked again, a refusal is counted", async (t) => {
  const here = await stage(t);
  const { edge, phones } = here;
  await here.subscribe("it/roma");
  await edge.streams(1);
  phones.answers.push({ status: 503 });
  edge.release(1);
  await phones.count(1);
  phones.answers.push({ status: 403 });
  edge.release(2);
  await until(here, ({ refused }) => refused === 1);
  phones.answers.push({ status: 429, retryAfter: "600" });
  edge.release(3);
  await until(here, ({ lost }) => lost === 1);
  phones.answers.push({ status: 410 });
  edge.release(4);
  const figures = await until(here, ({ subscriptions }) => subscriptions === 0);
  assert.deepEqual(
    ["accepted", "later", "refused", "lost", "gone"].map((name) => figures[name]),
    [1, 2, 1, 1, 1],
  );
});

test("when the edge dies the next one goes on from the last id, and nothing is told twice", async (t) => {
  const other = await gatedEdge(t);
  const first = await gatedEdge(t);
  const here = await stage(t, { edges: [first.url, other.url] });
  await here.subscribe("it/roma");
  await first.streams(1);
  first.release(5);
  await here.phones.count(1);
  first.cut();
  await other.streams(1);
  assert.equal(other.asked[0]?.lastEventId, "5");
  other.release(5);
  other.release(6);
  await here.phones.count(2);
  assert.deepEqual(
    here.phones.received.map(({ notification }) => notification["seq"]),
    [5, 6],
  );
});

test("keys and subscriptions outlive the role, readable by nobody else", async (t) => {
  const here = await stage(t);
  const kept = await here.subscribe("it/roma");
  const gone = await here.subscribe("it/roma");
  const ended = await fetch(`${here.push.url}/subscriptions`, {
    method: "DELETE",
    body: JSON.stringify({ endpoint: gone.endpoint }),
  });
  assert.equal(ended.status, 204);
  const { publicKey } = (await (await fetch(`${here.push.url}/key`)).json()) as {
    publicKey: string;
  };
  await Promise.all([here.push.close(), here.push.close()]);
  for (const name of ["vapid.json", "subscriptions.jsonl"])
    assert.equal(statSync(join(here.folder, name)).mode & 0o777, 0o600);
  const again = await startPush(here.options, context);
  t.after(() => again.close());
  const status = (await (await fetch(`${again.url}/status`)).json()) as Record<string, number>;
  assert.equal(status["subscriptions"], 1);
  const key = (await (await fetch(`${again.url}/key`)).json()) as { publicKey: string };
  assert.equal(key.publicKey, publicKey);
  await here.edge.streams(2);
  here.edge.release(9);
  const [taken] = await here.phones.count(1);
  assert.ok(kept.endpoint.endsWith(taken?.path ?? "nowhere"));
});
