// A real edge under attack, at its usual limits: what its other viewers wait meanwhile, what reaches the origin, what it holds.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { posix } from "node:path";
import { after, before, describe, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { usageOf } from "#cli";
import { Command } from "../support/command.ts";

const clock = systemClock;
/** What nine of ten answers to other viewers take at most, ms; an attack that works costs them seconds. */
const PATIENCE_MS = 500;
const CACHE_BYTES = 32 * 1024 * 1024;
/** What the edge may grow by, cache included, bytes. */
const GROWTH_BYTES = CACHE_BYTES + 96 * 1024 * 1024;
const PLAYLIST = "/live/v720.m3u8";
const PLAYLIST_BYTES = 2_048;
const LARGE = "/live/v720/7.0.m4s";
const LARGE_BYTES = 2 * 1024 * 1024;

/** An edge as an operator starts it, before an origin that remembers what it was asked. */
class Stage {
  /** Targets in order of asking. */
  readonly asked: string[] = [];
  /** Most connections from the edge at once. */
  connections = 0;
  #open = 0;
  readonly #origin: Server = createServer((request, response) => {
    const target = request.url ?? "";
    this.asked.push(`${request.method} ${target}`);
    request.resume();
    const body = bodyOf(target);
    const status = body === null ? 404 : 200;
    const kept = body === null || target.startsWith("/echo/") ? "no-store" : "public, max-age=600";
    response.writeHead(status, { "Cache-Control": kept }).end(body ?? "");
  });
  #edge: Command | null = null;
  #port = 0;

  async open(): Promise<void> {
    this.#origin.on("connection", (socket) => {
      this.connections = Math.max(this.connections, ++this.#open);
      socket.once("close", () => (this.#open -= 1));
    });
    await new Promise<void>((resolve) => void this.#origin.listen(0, "127.0.0.1", resolve));
    const upstream = `http://127.0.0.1:${(this.#origin.address() as AddressInfo).port}`;
    const words = ["--port", "0", "--upstreams", upstream, "--cache-bytes", String(CACHE_BYTES)];
    this.#edge = new Command(["edge", ...words]);
    await this.#edge.says("edge listens at ");
    this.#port = Number(/listens at http:\/\/[\d.]+:(\d+)/.exec(this.#edge.output)?.[1]);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Memory of the edge with its children, bytes. */
  resident(): number {
    const pid = this.#edge?.pid ?? 0;
    return usageOf([pid]).get(pid)?.residentBytes ?? 0;
  }

  async dial(): Promise<Socket> {
    const socket = connect(this.#port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  }

  /** Sends bytes as they are; what came back until the first answer was complete or the connection ended. */
  async say(bytes: string): Promise<string> {
    const socket = await this.dial();
    let said = "";
    socket.setEncoding("latin1");
    socket.write(bytes, "latin1");
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
      socket.on("data", (text: string) => {
        said += text;
        const [head = "", body] = said.split("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (body !== undefined && body.length >= length) resolve();
      });
    });
    socket.destroy();
    return said;
  }

  /** A viewer asks for the playlist until `attack` is over. Holds the edge to its promises, and returns what was waited. */
  async watching(attack: Promise<unknown>): Promise<void> {
    const before = this.resident();
    const waits: number[] = [];
    const state = { over: false };
    const ended = attack.finally(() => (state.over = true));
    const viewer = await this.dial();
    do {
      const from = clock.monotonic();
      viewer.write(`GET ${PLAYLIST} HTTP/1.1\r\nHost: edge\r\n\r\n`);
      let got = 0;
      while (got < PLAYLIST_BYTES) got += ((await once(viewer, "data")) as [Buffer])[0].length;
      waits.push(clock.monotonic() - from);
      await clock.sleep(ms(5));
    } while (!state.over);
    viewer.destroy();
    await ended;
    waits.sort((a, b) => a - b);
    const waited = waits[Math.floor(waits.length * 0.9)] ?? 0;
    assert.ok(waited < PATIENCE_MS, `nine of ten answers took up to ${waited.toFixed(0)} ms`);
    const grown = this.resident() - before;
    assert.ok(grown < GROWTH_BYTES, `the edge grew by ${(grown / 2 ** 20).toFixed(0)} MiB`);
  }

  async close(): Promise<void> {
    this.#edge?.child.kill("SIGTERM");
    await this.#edge?.ended();
    this.#origin.closeAllConnections();
    await new Promise((resolve) => void this.#origin.close(resolve));
  }
}

const small = Buffer.alloc(PLAYLIST_BYTES, "p");
const large = Buffer.alloc(LARGE_BYTES, "l");
const generic = Buffer.alloc(64 * 1024, "g");

function bodyOf(target: string): Buffer | string | null {
  if (target === LARGE) return large;
  if (target === PLAYLIST) return small;
  if (target.startsWith("/generic/")) return generic;
  return target.startsWith("/echo/") ? target : null;
}

const inner = "GET /smuggled HTTP/1.1\r\nHost: origin\r\n\r\n";
const post = (fields: string, body: string): string =>
  `POST /echo/outer HTTP/1.1\r\nHost: edge\r\n${fields}\r\n\r\n${body}`;
const chunkOf = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** Requests that two servers may read in two ways; what is read as the second one asks for /smuggled. */
const corpus: Readonly<Record<string, string>> = {
  "CL.TE": post("Content-Length: 4\r\nTransfer-Encoding: chunked", `0\r\n\r\n${inner}`),
  "TE.CL": post("Transfer-Encoding: chunked\r\nContent-Length: 4", chunkOf(inner)),
  "two lengths": post("Content-Length: 0\r\nContent-Length: 44", inner),
  "a list of lengths": post("Content-Length: 0, 44", inner),
  "a length with a sign": post("Content-Length: +0", inner),
  "a length in another base": post("Content-Length: 0x0", inner),
  "a length named by Connection": post("Connection: content-length\r\nContent-Length: 40", inner),
  "an unknown coding": post("Transfer-Encoding: xchunked", chunkOf(inner)),
  "chunked, then something": post("Transfer-Encoding: chunked, identity", chunkOf(inner)),
  "two codings": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", chunkOf(inner)),
  "a coding with a tab": post("Transfer-Encoding:\tchunked", chunkOf(inner)),
  "a coding after a space": post("Transfer-Encoding : chunked", chunkOf(inner)),
  "a folded coding": post("Transfer-Encoding:\r\n chunked", chunkOf(inner)),
  "a coding hidden by a lone LF": post("X: y\nTransfer-Encoding: chunked", chunkOf(inner)),
  "a chunk's size beyond 64 bits": post(
    "Transfer-Encoding: chunked",
    `ffffffffffffffff1\r\n${inner}`,
  ),
  "a chunk's size with a prefix": post("Transfer-Encoding: chunked", `0x0\r\n\r\n${inner}`),
  "a chunk extension with a lone LF": post(
    "Transfer-Encoding: chunked",
    `1;a\nx\r\n1\r\n0\r\n\r\n${inner}`,
  ),
  "a GET with a body": `GET /echo/outer HTTP/1.1\r\nHost: edge\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  "HTTP/1.0 with a coding": `POST /echo/outer HTTP/1.0\r\nHost: edge\r\nTransfer-Encoding: chunked\r\n\r\n${chunkOf(inner)}`,
  "an upgrade to h2c": `GET /echo/outer HTTP/1.1\r\nHost: edge\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  "a line's end in the target": `GET /echo/outer%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aGET%20/smuggled HTTP/1.1\r\nHost: edge\r\n\r\n`,
  "a raw line's end in a field": `GET /echo/outer HTTP/1.1\r\nHost: edge\r\nX-Trace: a\r\r\n\r\n${inner}`,
};

/** Spellings of what viewers may not have of an origin. */
const spellings: readonly string[] = [
  "/live/../ingest/x",
  "/live/..%2fingest/x",
  "/live/%2e%2e/ingest/x",
  "/%69ngest/x",
  "//ingest/x",
  "/./ingest/x",
  "/live/.%2e/ingest/x",
  "/live\\..\\ingest/x",
  "/ingest%2fx",
  "/INGEST/../ingest/x",
  "/live/..;/ingest/x",
  "/live/%252e%252e/ingest/x",
  "/ingest/x%00",
  "http://origin/ingest/x",
  "/live/v720/7.0.m4s/../../../ingest/x",
  "/live/../status",
  "//metrics",
  "/%73tatus",
];

/** Runs `work` with each of `items`, `lanes` at a time. */
async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as Item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Asks on one connection, one after the other; statuses as they come. */
async function askAll(stage: Stage, targets: readonly string[]): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  await inLanes(targets, 20, async (target) => {
    const response = await fetch(`${stage.url}${target}`);
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  });
  return statuses;
}

const numbered = (count: number, targetOf: (number: number) => string): string[] =>
  Array.from({ length: count }, (_, number) => targetOf(number));

describe("an edge under attack", () => {
  const stage = new Stage();
  before(async () => {
    await stage.open();
    assert.equal((await fetch(`${stage.url}${PLAYLIST}`)).status, 200);
    assert.equal(
      (await (await fetch(`${stage.url}${LARGE}`)).arrayBuffer()).byteLength,
      LARGE_BYTES,
    );
  });
  after(() => stage.close());

  test("cache-busting: made-up queries of a channel's media name the object that is there", async () => {
    const asked = stage.asked.length;
    const attack = askAll(
      stage,
      numbered(30, (at) => `${LARGE}?bust=${at}&_HLS_msn=${at}`),
    );
    await stage.watching(attack);
    assert.deepEqual([...(await attack)], [[200, 30]]);
    assert.deepEqual(stage.asked.slice(asked), []);
  });

  test("cache-busting: directives and names without end are refused by the origin, one connection a fetch at most", async () => {
    const targets = [
      ...numbered(400, (at) => `${PLAYLIST}?_HLS_msn=${9_000_000 + at}&_HLS_part=${at % 6}`),
      ...numbered(200, (at) => `/live/v720/${8_000_000 + at}.m4s`),
    ];
    const attack = askAll(stage, targets);
    await stage.watching(attack);
    assert.deepEqual([...(await attack)], [[404, 600]]);
    assert.ok(stage.connections <= 64, `${stage.connections} connections to the origin`);
  });

  test("cache-busting: objects that may be kept push out one another, and memory has its limit", async () => {
    const attack = askAll(
      stage,
      numbered(700, (at) => `/generic/${at % 50}?bust=${at}`),
    );
    await stage.watching(attack);
    const { cache } = (await (await fetch(`${stage.url}/status`)).json()) as {
      cache: { bytes: number };
    };
    assert.ok(cache.bytes <= CACHE_BYTES, `${cache.bytes} bytes are kept`);
  });

  test("smuggling: no request hides within another, and the next viewer gets his own answer", async () => {
    const attack = (async (): Promise<void> => {
      for (const [at, [name, bytes]] of Object.entries(corpus).entries()) {
        const said = await stage.say(bytes);
        assert.ok(!said.includes("smuggled") || !said.includes(" 200 "), `${name}: ${said}`);
        // The connection to the origin that was used is used again: what had been left on it would come first.
        const probe = `/echo/${at}`;
        const next = await fetch(`${stage.url}${probe}`, { method: "POST", body: "x" });
        assert.equal(await next.text(), probe, name);
      }
    })();
    await stage.watching(attack);
    assert.deepEqual(
      stage.asked.filter((asked) => /^\w+ \/smuggled/.test(asked)),
      [],
    );
  });

  test("path tricks: no spelling reaches what feeds the origin, nor its status", async () => {
    const asked = stage.asked.length;
    const attack = (async (): Promise<void> => {
      for (const method of ["GET", "PUT"])
        for (const target of spellings)
          await stage.say(
            `${method} ${target} HTTP/1.1\r\nHost: edge\r\n${method === "PUT" ? "Content-Length: 0\r\n" : ""}\r\n`,
          );
    })();
    await stage.watching(attack);
    for (const line of stage.asked.slice(asked)) {
      const [method = "", target = ""] = line.split(" ");
      const meant = posix.normalize(decodeURIComponent(target).replaceAll("\\", "/"));
      // To read there is nothing at a publishing point; to write is for encoders alone.
      const secret = method === "GET" ? /^\/+(status|metrics)\b/i : /^\/+ingest\b/i;
      assert.ok(!secret.test(meant), `the origin was asked: ${line}`);
    }
  });

  test("slow-loris and slow-read: five hundred heads that never end, a hundred readers who take nothing", async () => {
    const attackers = await Promise.all(Array.from({ length: 600 }, () => stage.dial()));
    const [loris, readers] = [attackers.slice(0, 500), attackers.slice(500)];
    for (const socket of loris) socket.resume().write("GET / HTTP/1.1\r\nHost: edge\r\nX: ");
    for (const socket of readers) {
      socket.pause();
      socket.write(`GET ${LARGE} HTTP/1.1\r\nHost: edge\r\n\r\n`);
    }
    const dripping = clock.every(ms(250), () => {
      for (const socket of loris) if (socket.writable) socket.write("x");
    });
    const cut = Promise.all(loris.map((socket) => once(socket, "close")));
    await stage.watching(cut);
    dripping.cancel();
    for (const socket of readers) socket.destroy();
  });
});
