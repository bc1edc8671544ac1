import assert from "node:assert/strict";
import { connect } from "node:http2";
import { test, type TestContext } from "node:test";
import { type HttpReply, serve } from "#http";
import { type HeartbeatAnswer, heartbeatAnswerSchema } from "#protocol";
import { clientOf, context, edgeOf, eventually, kept, text, upstream, Viewer } from "../stage.ts";
import { CueStage } from "./cueStage.ts";

test("over HTTP/2 a stream is told the same, and shares its connection with others", async (t) => {
  const stage = new CueStage(t);
  const server = await serve(
    {
      port: 0,
      clearText: "h2",
      handler: (request, reply) => stage.hub.handle("match", request, reply),
    },
    context,
  );
  t.after(() => server.close());
  const session = connect(server.url);
  t.after(() => session.destroy());
  const told = ["/match/cues/live", "/match/cues/live?cohort=it/roma"].map((path) => {
    const stream = { text: "" };
    session
      .request({ ":path": path })
      .setEncoding("utf8")
      .on("data", (chunk: string) => (stream.text += chunk));
    return stream;
  });
  await eventually(() => told.every((stream) => stream.text.includes("event: hello")));
  const seq = stage.origin.enter(stage.now - 60_000);
  await eventually(() => told.every((stream) => stream.text.includes(`id: ${seq}\nevent: cue`)));
});

interface Shown {
  heartbeats: { unread: number };
  cues: { counts: { joined: number; released: number }; releases: unknown };
}

/** A director that answers as it is told, an origin with one cue that belongs to now, an edge between them, and listeners. */
class Play {
  answer = { status: 204, body: "" };
  player = null as unknown as Viewer;
  gated: Viewer[] = [];
  status: () => Promise<Shown> = () => Promise.reject(new Error("it has not begun"));

  releaseAtOnce(): HeartbeatAnswer["releases"] {
    const releases = [{ cohort: "it/roma", afterMs: 0 }];
    const said = heartbeatAnswerSchema.parse({ v: 1, releases });
    this.answer = { status: 200, body: JSON.stringify(said) };
    return releases;
  }

  async begin(t: TestContext, workers: number): Promise<void> {
    const director = await upstream(t, async (request, reply) => {
      for await (const _ of request.body);
      reply.send(this.answer.status, [], this.answer.body);
    });
    const held: HttpReply[] = [];
    const mediaTimeMs = Math.floor(context.clock.utc());
    const origin = await upstream(t, (request, reply) => {
      if (request.path === "/match/cues.json")
        return reply.send(200, [], JSON.stringify({ v: 1, first: 5, oldest: 5, next: 6 }));
      if (request.path !== "/match/cues/5.json") return void held.push(reply);
      reply.send(200, [kept], JSON.stringify({ v: 1, seq: 5, mediaTimeMs }));
    });
    const edge = await edgeOf(t, origin, { directorUrls: [director.url], workers });
    const client = clientOf(t);
    const live = `${edge.url}/match/cues/live?from=5`;
    this.player = new Viewer(client, live);
    this.gated = Array.from({ length: 6 }, () => new Viewer(client, `${live}&cohort=it/roma`));
    this.status = async () => {
      const { body } = await client.fetch({ method: "GET", url: `${edge.url}/status` });
      return JSON.parse(text(body)) as Shown;
    };
    t.after(() => {
      for (const viewer of [this.player, ...this.gated]) viewer.abort();
      for (const reply of held) reply.send(404, [], "");
    });
    await eventually(() => this.player.got.includes("id: 5"));
    await eventually(() => this.gated.every(({ got }) => got.includes("event: hello")));
  }
}

test("what the director answers to a heartbeat opens a gate; what is no answer changes nothing", async (t) => {
  const play = new Play();
  await play.begin(t, 1);
  play.answer = { status: 200, body: "{}" };
  await eventually(async () => (await play.status()).heartbeats.unread > 0);
  for (const { got } of play.gated) assert.ok(!got.includes("event: cue"));
  const releases = play.releaseAtOnce();
  await eventually(() => play.gated.every(({ got }) => got.includes("id: 5\nevent: cue")));
  const { cues } = await play.status();
  assert.deepEqual([cues.counts.joined, cues.releases], [7, releases]);
});

test("each of several threads follows for its own listeners, and hears what the director says", async (t) => {
  const play = new Play();
  play.releaseAtOnce();
  await play.begin(t, 2);
  await eventually(() => play.gated.every(({ got }) => got.includes("id: 5\nevent: cue")));
  assert.equal((await play.status()).cues.counts.joined, 7);
});
