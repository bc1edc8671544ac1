import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { ms, monoMs } from "#base";
import { systemClock } from "#base/clock";
import { Burst, type Handler, type HttpReply, type HttpRequest, type ReceivedHeaders } from "#http";
import type { StoredObject } from "../cache/store.ts";
import type { TierHeaders, Wanted } from "../supply.ts";
import { FieldList } from "./fieldList.ts";
import { HostTier } from "./hostTier.ts";
import { UNTAKEN_LIMIT } from "./limits.ts";
import type { TierAnswer, TierAsk } from "./messages.ts";
import { SharedBodies, sharedMemory } from "./sharedBodies.ts";
import { TierPort } from "./tierPort.ts";

/** A worker and the host tier, with a real port between them. */
interface Stage {
  tier: HostTier;
  port: TierPort;
  bodies: SharedBodies;
  hung: number;
  kept: StoredObject | null;
}

function stage(t: TestContext, handle: Handler, { deaf = false } = {}): Stage {
  const { port1: near, port2: far } = new MessageChannel();
  const bodies = new SharedBodies();
  const tier = new HostTier({
    edge: "e1",
    bodies,
    post: (message) => near.postMessage(message, []),
  });
  const play: Stage = { tier, bodies, hung: 0, kept: null, port: null as unknown as TierPort };
  play.port = new TierPort({
    edge: "e1",
    clock: systemClock,
    handle: (request, reply) => void handle(request, reply),
    stored: () => play.kept,
    post: (message) => far.postMessage(message, []),
    hangs: () => play.hung++,
  });
  near.on("message", (message: TierAnswer) => deaf || tier.heard(message));
  far.on("message", (message: TierAsk) => play.port.heard(message));
  t.after(() => near.close());
  return play;
}

const wanted = (headers: Wanted["headers"] = []): Wanted => ({
  ...{ method: "GET", target: "/o?a=1", key: "/o?a=1", source: null, headers },
});

/** What a worker's carrier hears. */
class Heard {
  status = 0;
  headers: (ReceivedHeaders & TierHeaders) | null = null;
  readonly pieces: Uint8Array[] = [];
  readonly chunks: number[] = [];
  over: "end" | Error | null = null;

  head(status: number, headers: ReceivedHeaders): void {
    this.status = status;
    this.headers = headers;
  }
  data(bytes: Uint8Array, chunk: number): void {
    this.pieces.push(bytes);
    this.chunks.push(chunk);
  }
  chunkEnd(): void {}
  end(): void {
    this.over = "end";
  }
  fail(error: Error): void {
    this.over = error;
  }
  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(ms(1));
}

const shared = (text: string): Buffer => {
  const bytes = Buffer.from(sharedMemory(text.length));
  bytes.write(text);
  return bytes;
};

test("bytes of the host tier are seen by the worker, not copied", async (t) => {
  const body = shared("whole");
  const play = stage(t, (_request, reply) =>
    reply.put(
      new Burst({ status: 200, headers: [["ETag", '"x"']], length: 5 }, [body], true, false),
    ),
  );
  const heard = new Heard();
  play.tier.fetch(wanted(), heard);
  assert.equal(heard.status, 0, "never within the call itself");
  await until(() => heard.over === "end");
  assert.deepEqual([heard.status, heard.text], [200, "whole"]);
  assert.deepEqual(
    [heard.headers?.get("etag"), heard.headers?.get("content-length")],
    ['"x"', "5"],
  );
  body.write("WHOLE");
  assert.equal(heard.text, "WHOLE");
});

test("an object that grew ends as the one stretch that the host tier keeps", async (t) => {
  const [first, second, whole] = [shared("first,"), shared("second"), shared("first,second")];
  let reply: HttpReply | null = null;
  const play = stage(t, (_request, given) => {
    reply = given;
    given.put(new Burst({ status: 200, headers: [], length: null }, [first], false, true));
  });
  const heard = new Heard();
  play.tier.fetch(wanted(), heard);
  await until(() => heard.pieces.length === 1);
  assert.equal(heard.headers?.get("transfer-encoding"), "chunked");
  const receivedAt = monoMs(systemClock.monotonic() + 1);
  play.kept = { head: { ageS: 0, receivedAt }, body: whole } as unknown as StoredObject;
  (reply as unknown as HttpReply).put(new Burst(null, [second], true, true));
  await until(() => heard.over === "end");
  assert.deepEqual(heard.chunks, [0, 1]);
  const gathered = play.bodies.gather();
  for (const piece of heard.pieces) gathered.append(piece);
  whole.write("FIRST,SECOND");
  assert.equal(Buffer.from(gathered.whole()).toString(), "FIRST,SECOND");
});

test("a body that adjoins in shared memory is whole without a copy; another is put together", () => {
  const memory = shared("one and two");
  const bodies = new SharedBodies();
  const adjoining = bodies.gather();
  adjoining.append(memory.subarray(0, 4));
  adjoining.append(memory.subarray(4));
  const apart = bodies.gather();
  apart.append(memory.subarray(4));
  apart.append(memory.subarray(0, 4));
  memory.write("ONE");
  assert.equal(Buffer.from(adjoining.whole()).toString(), "ONE and two");
  assert.equal(Buffer.from(apart.whole()).toString(), "and twoONE ");
  memory.write("two");
  assert.equal(Buffer.from(adjoining.whole()).toString(), "two and two");
  assert.equal(bodies.gather().whole().length, 0);
});

test("to the outside all threads are one hop: Via is written once, Cache-Status and Age are the host tier's", async (t) => {
  const via: (string | undefined)[] = [];
  const play = stage(t, (request, reply) => {
    via.push(request.headers.get("via"));
    reply.send(
      200,
      [
        ["Via", "1.1 origin, 1.1 e1"],
        ["Age", "3"],
        ["Cache-Status", "e1; hit; ttl=9"],
      ],
      "x",
    );
  });
  const head = { ageS: 3.25, receivedAt: systemClock.monotonic() };
  play.kept = { head, body: Buffer.from("x") } as unknown as StoredObject;
  const [behind, first] = [new Heard(), new Heard()];
  play.tier.fetch(wanted([["Via", "1.0 isp, 1.1 e1"]]), behind);
  play.tier.fetch(wanted([["Via", "1.1 e1"]]), first);
  await until(() => first.over === "end");
  assert.deepEqual(via, ["1.0 isp", undefined]);
  assert.equal(behind.headers?.get("via"), "1.1 origin");
  assert.equal(behind.headers?.tier?.cacheStatus, "e1; hit; ttl=9");
  assert.ok((behind.headers?.tier?.ageS ?? 0) >= 3.25);
});

test("a body whose end nobody knows is not made one that is known to be whole", async (t) => {
  const play = stage(t, (_request, reply) =>
    reply.stream(200, [["Cache-Status", "e1; fwd=uri-miss; detail=no-end"]]).end(),
  );
  const heard = new Heard();
  play.tier.fetch(wanted(), heard);
  await until(() => heard.over === "end");
  assert.equal(heard.headers?.get("transfer-encoding"), undefined);
  assert.equal(heard.headers?.get("content-length"), undefined);
});

test("HEAD, 204 and 304 are answered without a body, whatever the tier would send", async (t) => {
  const play = stage(t, (request, reply) => {
    if (request.method === "HEAD") reply.send(200, [], "12345");
    else reply.send(304, [["ETag", '"x"']]);
  });
  const [head, none] = [new Heard(), new Heard()];
  play.tier.fetch({ ...wanted(), method: "HEAD" }, head);
  play.tier.fetch(wanted(), none);
  await until(() => none.over === "end");
  assert.deepEqual([head.over, head.text, head.headers?.get("content-length")], ["end", "", "5"]);
  assert.deepEqual([none.status, none.text], [304, ""]);
});

test("what breaks in the host tier breaks in the worker, also when it was shorter than promised", async (t) => {
  const play = stage(t, (request, reply) => {
    const body = reply.stream(200, request.target === "/short" ? [["Content-Length", "9"]] : []);
    body.write(Buffer.from("half"));
    if (request.target === "/short") body.end();
    else body.abort();
  });
  for (const target of ["/short", "/broken"]) {
    const heard = new Heard();
    play.tier.fetch({ ...wanted(), target }, heard);
    await until(() => heard.over !== null);
    assert.equal((heard.over as Error & { code?: string }).code, "edge/upstream-down");
    assert.equal(heard.text, "half");
  }
  assert.equal(play.port.asks, 0);
});

test("a viewer who leaves is known in the host tier, and the worker hears no more of it", async (t) => {
  let left = 0;
  let reply: HttpReply | null = null;
  const play = stage(t, (_request, given) => {
    reply = given;
    given.onGone(() => left++);
  });
  const heard = new Heard();
  const pending = play.tier.fetch(wanted(), heard);
  await until(() => reply !== null);
  (reply as unknown as HttpReply).send(200, [], "late");
  pending.abort();
  pending.abort();
  const other = new Heard();
  const another = play.tier.fetch(wanted(), other);
  await until(() => play.port.asks === 1);
  another.abort();
  await until(() => left === 1);
  assert.deepEqual([heard.status, heard.over, play.port.asks], [0, null, 0]);
});

const post = (body: AsyncIterable<Uint8Array>): HttpRequest => ({
  ...{ method: "POST", target: "/p", path: "/p", query: "", remoteAddress: "127.0.0.9" },
  ...{ receivedAt: systemClock.monotonic(), body },
  headers: new FieldList([
    ["Host", "h"],
    ["Content-Length", "6"],
  ]),
});

test("a request's body goes through piece by piece, as the host tier takes it", async (t) => {
  let taken = 0;
  let given = 0;
  const play = stage(t, async (request, reply) => {
    let text = `${request.headers.get("host")} ${request.headers.get("content-length")} `;
    for await (const bytes of request.body) {
      assert.ok(given <= ++taken);
      text += Buffer.from(bytes).toString();
    }
    reply.send(200, [], text + request.remoteAddress);
  });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of ["ab", "cd", "ef"]) {
      given++;
      yield Buffer.from(piece);
    }
  }
  const heard = new Heard();
  play.tier.pass(post(pieces()), [], heard);
  await until(() => heard.over === "end");
  assert.equal(heard.text, "h 6 abcdef127.0.0.9");
});

test("a request's body that breaks, breaks in the host tier", async (t) => {
  let broke = "";
  const play = stage(t, async (request, reply) => {
    try {
      for await (const _ of request.body);
    } catch (failure) {
      broke = (failure as Error & { code: string }).code;
      reply.send(400, []);
    }
  });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("ab");
    throw new Error("the sender has gone");
  }
  const heard = new Heard();
  play.tier.pass(post(pieces()), [], heard);
  await until(() => heard.over === "end");
  assert.deepEqual([heard.status, broke], [400, "edge/body-broke"]);
});

test("a worker that takes nothing is given up, and what waits for it is bounded", async (t) => {
  let left = 0;
  let written = 0;
  const play = stage(
    t,
    (_request, reply) => {
      const body = reply.stream(200, []);
      reply.onGone(() => left++);
      for (let writes = 0; writes < 3 * UNTAKEN_LIMIT && play.hung === 0; writes++) {
        body.write(Buffer.from("x"));
        written++;
      }
    },
    { deaf: true },
  );
  play.tier.fetch(wanted(), new Heard());
  await until(() => play.hung === 1 && left === 1);
  assert.equal(written, UNTAKEN_LIMIT);
  assert.equal(play.port.asks, 0);
});

test("a tier that closes tells all who wait", async (t) => {
  const play = stage(t, () => undefined);
  const [waiting, late] = [new Heard(), new Heard()];
  play.tier.fetch(wanted(), waiting);
  await play.tier.close();
  play.tier.fetch(wanted(), late);
  await until(() => late.over !== null);
  for (const { over } of [waiting, late])
    assert.equal((over as Error & { code?: string }).code, "edge/upstream-down");
});
