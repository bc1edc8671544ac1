import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fastify } from "fastify";
import { Scope, utcMs } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { CUE_BEHIND_LIMIT_MS, type Cue, cueKinds } from "#protocol";
import { startControlRoom } from "../index.ts";
import { CUE_ENTRIES_PER_S, CUES_LISTED } from "../limits.ts";
import { entryOf } from "./entry.ts";

const NOW = utcMs(1_795_300_000_000);
const context = { clock: systemClock, log: silentLog };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

/** An origin that numbers what it is sent, and refuses what `refuse` says. */
async function origin(cues: Cue[] = [], refuse: () => string | null = () => null) {
  const app = fastify({ forceCloseConnections: true });
  app.post("/ingest/match/cues", (request, reply) => {
    const reason = refuse();
    if (reason) return reply.code(409).send({ code: "origin/no", error: reason, cure: "Wait." });
    const cue = {
      ...(request.body as Cue),
      seq: cues.length + 1,
      enteredMs: Math.round(systemClock.utc()),
    };
    cues.push(cue);
    return reply.code(201).send(cue);
  });
  app.get("/match/cues.json", () => ({ v: 1, first: 1, oldest: 1, next: cues.length + 1 }));
  app.get<{ Params: { seq: string } }>(
    "/match/cues/:seq.json",
    ({ params }) => cues[Number(params.seq) - 1],
  );
  app.get("/status", () => ({}));
  scope.defer(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

async function room(originUrl: string): Promise<string> {
  const elsewhere = {
    directorUrls: [originUrl],
    telemetryUrl: originUrl,
    broadcasterUrl: originUrl,
  };
  const options = { port: 0, title: "Roma – Lazio", channel: "match", watchUrl: originUrl };
  return scope.own(
    await startControlRoom(
      { ...options, ...elsewhere, originUrl, exchanges: [], networks: [] },
      context,
    ),
  ).url;
}

const entry = (over: object = {}): string =>
  JSON.stringify({ v: 1, kind: "goal", data: { team: "home" }, delayMs: 0, ...over });

const enter = (url: string, body = entry(), headers: Record<string, string> = {}) =>
  fetch(`${url}/cue`, { method: "POST", body, headers });

const refusal = async (answer: Response): Promise<string> => {
  const { code, error, cure } = (await answer.json()) as Record<string, string>;
  return `${answer.status} ${code} ${error} ${cure}`;
};

/** The list, once it is as asked for. */
async function listed(url: string, good: (cues: Cue[], problem: string | null) => boolean) {
  for (const start = systemClock.monotonic(); systemClock.monotonic() - start < 5_000;) {
    const { cues, problem } = (await (await fetch(`${url}/cues`)).json()) as {
      cues: Cue[];
      problem: string | null;
    };
    if (good(cues, problem)) return cues;
  }
  throw new Error("the list did not become so in 5 s");
}

describe("the cue desk", () => {
  it("takes what the operator sees as having been captured his delay ago", () => {
    for (const kind of cueKinds) assert.equal(entryOf(entry({ kind }), NOW).mediaTimeMs, NOW);
    assert.equal(entryOf(entry({ delayMs: 1_500.4 }), NOW).mediaTimeMs, NOW - 1_500);
    for (const bad of [
      { delayMs: -1 },
      { delayMs: CUE_BEHIND_LIMIT_MS + 1 },
      { kind: "x" },
      { v: 2 },
    ])
      assert.throws(() => entryOf(entry(bad), NOW));
    for (const text of ["", "null", "[]", entry({ data: { deep: {} } })])
      assert.throws(() => entryOf(text, NOW));
  });

  it("hands an entry to the origin, says its number, and lists it", async () => {
    const url = await room(await origin());
    const before = systemClock.utc();
    const answer = await enter(url, entry({ delayMs: 1_500 }));
    assert.equal(answer.status, 201);
    const cue = (await answer.json()) as Cue;
    assert.equal(cue.seq, 1);
    assert.ok(Math.abs(cue.mediaTimeMs - (before - 1_500)) < 500);
    const [first] = await listed(url, (cues) => cues.length === 1);
    assert.deepEqual(first, cue);
  });

  it("marks goals on the plots, whoever entered them", async () => {
    const goal: Cue = {
      v: 1,
      seq: 1,
      mediaTimeMs: Math.round(systemClock.utc()),
      kind: "goal",
      data: { team: "away", minute: 67 },
      enteredMs: 1,
    };
    const url = await room(await origin([goal, { ...goal, seq: 2, kind: "chat" }]));
    await listed(url, (cues) => cues.length === 2);
    for (const start = systemClock.monotonic(); ;) {
      const { marks } = (await (await fetch(`${url}/history`)).json()) as {
        marks: { kind: string; text: string; at: number }[];
      };
      const goals = marks.filter(({ kind }) => kind === "goal");
      if (goals.length > 0 || systemClock.monotonic() - start > 5_000) {
        assert.deepEqual(goals, [{ kind: "goal", text: "Goal, away, 67'", at: goal.mediaTimeMs }]);
        return;
      }
    }
  });

  it("lists the last ones of a long match, the newest first", async () => {
    const cues = Array.from({ length: CUES_LISTED + 5 }, (_, at): Cue => ({
      ...{ v: 1, seq: at + 1, mediaTimeMs: 1_000 + at, kind: "score", data: {}, enteredMs: 1 },
    }));
    const url = await room(await origin(cues));
    const list = await listed(url, ({ length }) => length === CUES_LISTED);
    assert.equal(list[0]?.seq, CUES_LISTED + 5);
  });

  it("says in the origin's words why a cue was not taken, and that nobody answers", async () => {
    const url = await room(await origin([], () => "It is late."));
    const refused = await enter(url);
    assert.match(await refusal(refused), /^502 controlroom\/cue-refused .*It is late\. Wait\./);
    const alone = await room("http://127.0.0.1:9");
    assert.match(await refusal(await enter(alone)), /^502 controlroom\/cue-refused/);
    await listed(alone, (_, problem) => problem !== null);
  });

  it("refuses what is no cue, too much of it, and pages of somebody else", async () => {
    const url = await room(await origin());
    assert.match(await refusal(await enter(url, "{")), /^400 protocol\/malformed/);
    const foreign = { origin: "https://evil.example.com" };
    assert.match(
      await refusal(await enter(url, entry(), foreign)),
      /^403 controlroom\/cue-foreign/,
    );
    assert.equal((await enter(url, entry(), { origin: url })).status, 201);
    const many = await Promise.all(Array.from({ length: CUE_ENTRIES_PER_S + 2 }, () => enter(url)));
    assert.ok(many.some(({ status }) => status === 429));
    const long = await enter(url, entry({ data: { text: "x".repeat(9_000) } }));
    assert.equal(long.status, 413);
  });
});
