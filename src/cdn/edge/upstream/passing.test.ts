import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs } from "#base";
import type { HttpRequest, ReceivedHeaders } from "#http";
import { EXTRA_FETCHES_PER_OBJECT } from "./limits.ts";
import {
  eventually,
  nowhere,
  Received,
  saying,
  type Scripted,
  scripted,
  status,
  supplyOf,
} from "./supplyStage.ts";

const fields = (all: Record<string, string>): ReceivedHeaders => ({
  get: (name) => all[name.toLowerCase()],
  entries: () => Object.entries(all),
});

/** A request as a server hands it over. */
const request = (
  method: string,
  headers: Record<string, string>,
  body: AsyncIterable<Uint8Array>,
): HttpRequest => ({
  method,
  target: "/form?x=1",
  path: "/form",
  query: "x=1",
  headers: fields(headers),
  remoteAddress: "127.0.0.1",
  receivedAt: monoMs(0),
  body,
});

async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

/** Says what it was asked. */
const echo: Scripted["play"] = async (asked, reply) => {
  let body = "";
  for await (const bytes of asked.body) body += Buffer.from(bytes).toString();
  const length = asked.headers.get("content-length") ?? asked.headers.get("transfer-encoding");
  reply.send(201, [], `${asked.method} ${asked.target} ${String(length)} ${body}`);
};

test("a request that changes something goes to the best upstream once, with its body and framing", async (t) => {
  const [a, b] = [await scripted(t, echo), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const cases: [string, Record<string, string>, string[], string][] = [
    ["POST", { "content-length": "6" }, ["abc", "def"], "POST /form?x=1 6 abcdef"],
    ["PUT", { "transfer-encoding": "chunked" }, ["abc", "def"], "PUT /form?x=1 chunked abcdef"],
    ["POST", {}, [], "POST /form?x=1 0 "],
  ];
  for (const [method, headers, body, expected] of cases) {
    const got = new Received();
    supply.pass(request(method, headers, pieces(...body)), [["Via", "1.1 e1"]], got);
    await got.over;
    assert.deepEqual([got.status, got.body], [201, expected]);
  }
  assert.equal(a.asked[0]?.headers.get("via"), "1.1 e1");
  assert.deepEqual([b.asked.length, supply.counters.passed], [0, 3]);
});

test("it is never sent twice: what fails is told", async (t) => {
  const [a, b] = [await scripted(t, status(503)), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const got = new Received();
  supply.pass(request("POST", {}, pieces()), [], got);
  assert.equal((await got.over).status, 503);
  const dead = supplyOf(t, [await nowhere(t), b.url]);
  const lost = new Received();
  dead.pass(request("POST", {}, pieces()), [], lost);
  assert.equal((await lost.over).error?.code, "http/unreachable");
  assert.equal(dead.states[0]?.failures.unreachable, 1);
  assert.equal(b.asked.length, 0);
});

test("it goes past an upstream whose breaker is open", async (t) => {
  const [a, b] = [await scripted(t, status(503)), await scripted(t, echo)];
  const supply = supplyOf(t, [a.url, b.url]);
  const got: Received[] = [];
  for (let times = 0; times <= EXTRA_FETCHES_PER_OBJECT; times++) {
    const one = new Received();
    supply.pass(request("POST", {}, pieces()), [], one);
    got.push(await one.over);
  }
  assert.deepEqual([got[0]?.status, got.at(-1)?.status], [503, 201]);
});

test("a body that breaks on its way here breaks there too", async (t) => {
  let broke = false;
  const a = await scripted(t, async (asked) => {
    try {
      for await (const _bytes of asked.body);
    } catch {
      broke = true;
    }
  });
  async function* breaking(): AsyncIterable<Uint8Array> {
    yield await Promise.resolve(Buffer.from("abc"));
    await eventually(() => a.asked.length === 1);
    throw new Error("the viewer went");
  }
  const got = new Received();
  supplyOf(t, [a.url]).pass(request("POST", { "content-length": "6" }, breaking()), [], got);
  assert.match((await got.over).error?.message ?? "", /the viewer went/);
  await eventually(() => broke);
});

test("an upstream that takes a body slowly is sent no more than it takes", async (t) => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const a = await scripted(t, async (asked, reply) => {
    await released;
    await echo(asked, reply);
  });
  const piece = Buffer.alloc(256 * 1024, "x");
  const all = 128;
  let given = 0;
  async function* body(): AsyncIterable<Uint8Array> {
    while (given < all) {
      given++;
      yield await Promise.resolve(piece);
    }
  }
  const got = new Received();
  const supply = supplyOf(t, [a.url]);
  supply.pass(request("POST", { "transfer-encoding": "chunked" }, body()), [], got);
  await eventually(() => a.asked.length === 1);
  let before = -1;
  await eventually(() => {
    const still = before === given;
    before = given;
    return still;
  });
  assert.ok(given < all / 2, `${given} pieces of ${all}`);
  release();
  await got.over;
  assert.equal(got.body.length, "POST /form?x=1 chunked ".length + all * piece.length);
});

test("an answer that comes before the body is whole ends the request", async (t) => {
  const a = await scripted(t, (_asked, reply) => reply.send(413, [], "too much"));
  async function* endless(): AsyncIterable<Uint8Array> {
    for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024));
  }
  const got = new Received();
  const supply = supplyOf(t, [a.url]);
  supply.pass(request("POST", { "transfer-encoding": "chunked" }, endless()), [], got);
  await got.over;
  assert.equal(got.status, 413);
});
