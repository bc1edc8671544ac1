// Plays of cues behind the viewers: one origin, two edges, listeners that come and go. Real sockets, no media.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type EdgeHandle, startEdge } from "#edge";
import { type Answer, HttpClient } from "#http";
import { type OriginHandle, startOrigin } from "#origin";
import {
  type Cue,
  cueEntryPath,
  cueSchema,
  cueStreamPath,
  parseJson,
  PROTOCOL_VERSION,
} from "#protocol";
import { CueListener, eventually } from "../support/cueListener.ts";

const context = { clock: systemClock, log: silentLog };

/** A stage with one origin, whose address stays when it starts again. */
class Stage {
  readonly client: HttpClient;
  origin: OriginHandle | null = null;
  readonly #t: TestContext;
  #port = 0;

  constructor(t: TestContext) {
    this.#t = t;
    this.client = new HttpClient(context, { connectionsPerHost: 64 });
    t.after(() => this.client.close());
    t.after(() => this.origin?.close());
  }

  async openOrigin(): Promise<void> {
    const origin = await startOrigin(
      {
        ...{ port: this.#port, channel: "match", pathways: [], steering: null, timeUrl: null },
        ...{ telemetryUrl: null, targetLatencyMs: 1_500 },
      },
      context,
    );
    this.#port = Number(new URL(origin.url).port);
    this.origin = origin;
  }

  async closeOrigin(): Promise<void> {
    await this.origin?.close();
    this.origin = null;
  }

  async edge(id: string, upstream?: string): Promise<EdgeHandle> {
    const edge = await startEdge(
      {
        ...{ port: 0, id, upstreams: [upstream ?? this.url], directorUrls: [] },
        ...{ telemetryUrl: null, capacityMbps: 1_000, cacheBytes: 8 * 2 ** 20 },
      },
      context,
    );
    this.#t.after(() => edge.close());
    return edge;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  listener(): CueListener {
    const listener = new CueListener(this.client);
    this.#t.after(() => listener.close());
    return listener;
  }

  /** On a connection of its own: none is left from before a restart. */
  async post(url: string, entry: object): Promise<Answer> {
    const body = Buffer.from(JSON.stringify({ v: PROTOCOL_VERSION, ...entry }));
    const client = new HttpClient(context);
    try {
      return await client.fetch({ method: "POST", url, body });
    } finally {
      await client.close();
    }
  }

  async enter(entry: object): Promise<Cue> {
    const answer = await this.post(this.url + cueEntryPath("match"), entry);
    assert.equal(answer.status, 201);
    return parseJson("cue", cueSchema, new TextDecoder().decode(answer.body));
  }

  async status(url: string): Promise<Record<string, unknown>> {
    const { body } = await this.client.fetch({ method: "GET", url: `${url}/status` });
    return JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
  }
}

const live = ({ url }: { url: string }): string => url + cueStreamPath("match");

test("a goal reaches the listeners of two edges once each, over one request of each edge upstream", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const edges = [await stage.edge("e1"), await stage.edge("e2")];
  const crowd = edges.flatMap((edge) =>
    Array.from({ length: 10 }, () => {
      const listener = stage.listener();
      listener.listen(live(edge));
      return listener;
    }),
  );
  await eventually(() => crowd.every(({ hellos }) => hellos === 1));
  const goal = await stage.enter({ kind: "goal", data: { team: "home" } });
  await eventually(() => crowd.every(({ cues }) => cues.length === 1));
  for (const { cues } of crowd) assert.deepEqual(cues, [goal]);
  const { cues } = (await stage.status(stage.url)) as { cues: { holds: { total: number } } };
  assert.ok(cues.holds.total <= 4, "each edge was held once for the goal, and once for the next");
});

test("a listener that comes back by its last id, at another edge, gets each cue exactly once", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const first = await stage.edge("e1");
  const second = await stage.edge("e2");
  const listener = stage.listener();
  listener.listen(live(first));
  await eventually(() => listener.hellos === 1);
  const entered = [await stage.enter({ kind: "goal" }), await stage.enter({ kind: "var" })];
  await eventually(() => listener.cues.length === 2);
  await first.close();
  await eventually(() => listener.over);
  // Entered while nobody listens, and nobody follows at the second edge.
  for (const kind of ["score", "card", "chat"]) entered.push(await stage.enter({ kind }));
  listener.listen(live(second));
  await eventually(() => listener.cues.length === 5);
  entered.push(await stage.enter({ kind: "push" }));
  await eventually(() => listener.cues.length === 6);
  assert.deepEqual(listener.cues, entered);
  assert.deepEqual(listener.losses, []);
});

test("the origin starts again within the match: what an edge had is told on, the new run follows, and the seam is named", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const edge = await stage.edge("e1");
  const listener = stage.listener();
  listener.listen(live(edge));
  await eventually(() => listener.hellos === 1);
  const before = await stage.enter({ kind: "goal" });
  await eventually(() => listener.cues.length === 1);
  await stage.closeOrigin();
  await stage.openOrigin();
  const after = await stage.enter({ kind: "card" });
  await eventually(() => listener.cues.length === 2);
  assert.deepEqual(listener.cues, [before, after]);
  assert.ok(after.seq > before.seq + 1);
  assert.deepEqual(
    listener.losses.map(({ from, count }) => [from, count]),
    [[before.seq + 1, null]],
  );
  assert.equal(listener.over, false, "the stream went on through it");
  const late = stage.listener();
  late.listen(`${live(edge)}?from=${before.seq}`);
  await eventually(() => late.cues.length === 2);
  assert.deepEqual(late.cues, [before, after]);
});

test("an edge of an edge carries cues with one request to the origin for all", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const shield = await stage.edge("shield");
  const edges = [await stage.edge("e1", shield.url), await stage.edge("e2", shield.url)];
  const listeners = edges.map((edge) => {
    const listener = stage.listener();
    listener.listen(live(edge));
    return listener;
  });
  await eventually(() => listeners.every(({ hellos }) => hellos === 1));
  const goals = [await stage.enter({ kind: "goal" }), await stage.enter({ kind: "goal" })];
  await eventually(() => listeners.every(({ cues }) => cues.length === 2));
  for (const { cues } of listeners) assert.deepEqual(cues, goals);
  const { cues } = (await stage.status(stage.url)) as { cues: { holds: { held: number } } };
  assert.equal(cues.holds.held, 1);
});

test("nothing is entered through an edge, however the path is spelled", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const edge = await stage.edge("e1");
  for (const path of ["/ingest/match/cues", "/%69ngest/match/cues", "/ingest/match/v720/1.m4s"]) {
    const answer = await stage.post(edge.url + path, { kind: "goal" });
    assert.equal(answer.status, 403, path);
    assert.match(new TextDecoder().decode(answer.body), /edge\/no-entry/);
  }
  const { reasons } = (await stage.status(edge.url)) as { reasons: { noEntry: number } };
  assert.equal(reasons.noEntry, 3);
  const { cues } = (await stage.status(stage.url)) as { cues: { entered: number } };
  assert.equal(cues.entered, 0);
});

test("a channel that is none has no stream", async (t) => {
  const stage = new Stage(t);
  await stage.openOrigin();
  const edge = await stage.edge("e1");
  const nobody = stage.listener();
  nobody.listen(edge.url + cueStreamPath("other"));
  await eventually(() => nobody.over);
  assert.equal(nobody.status, 404);
});
