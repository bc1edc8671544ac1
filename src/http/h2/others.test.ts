// While one connection attacks, the other viewers of the same server are answered as before, and memory stays bounded.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { Burst, type HttpServer, serve } from "../index.ts";
import {
  ask,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  settings,
  SETTINGS,
  windowUpdate,
  word,
} from "./fixtures/peer.ts";
import { PREFACE } from "./frames.ts";

const playlist = new Burst(
  { status: 200, headers: [], length: 2_048 },
  [Buffer.alloc(2_048)],
  true,
  false,
);
const part = new Burst(
  { status: 200, headers: [], length: 150_000 },
  [Buffer.alloc(150_000)],
  true,
  false,
);

let server: HttpServer;
let viewer: ClientHttp2Session;
before(async () => {
  server = await serve(
    {
      port: 0,
      clearText: "h2",
      handler: (request, reply) => {
        if (request.path === "/held") return;
        reply.put(request.path === "/part" ? part : playlist);
      },
    },
    { clock: systemClock, log: silentLog },
  );
  viewer = connectHttp2(server.url);
  await askOnce();
});
after(async () => {
  viewer.destroy();
  await server.close();
});

/** How long the viewer waits for one playlist, ms. */
async function askOnce(): Promise<number> {
  const begun = systemClock.monotonic();
  const stream = viewer.request({ ":path": "/playlist" });
  let bytes = 0;
  for await (const piece of stream) bytes += (piece as Buffer).length;
  assert.equal(bytes, 2_048);
  return systemClock.monotonic() - begun;
}

const many = (count: number, make: (at: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => make(at)));
const idOf = (at: number): number => 2 * at + 1;
const post = block(
  [":method", "POST"],
  [":scheme", "http"],
  [":authority", "x"],
  [":path", "/held"],
);
const entry = Buffer.concat([Buffer.from("4001617fb916", "hex"), Buffer.alloc(3_000, 0x76)]);
const bomb = Buffer.concat([get(), entry, Buffer.alloc(12_000, 0xbe)]);
const held = (at: number): Buffer => ask(idOf(at), "/held");

interface Attack {
  readonly of: string;
  readonly bytes: Buffer;
  /** Counted when the connection ends, or while it stays. */
  readonly closes?: string;
  readonly refuses?: string;
}

const attacks: readonly Attack[] = [
  {
    of: "rapid reset",
    closes: "h2-reset-flood",
    bytes: many(3_000, (at) => Buffer.concat([held(at), frame(3, 0, idOf(at), word(8))])),
  },
  {
    of: "resets that it makes the server send",
    closes: "h2-reset-flood",
    bytes: many(3_000, (at) => Buffer.concat([held(at), windowUpdate(idOf(at), 0)])),
  },
  {
    of: "CONTINUATION without end",
    closes: "h2-head-flood",
    bytes: Buffer.concat([
      frame(1, END_STREAM, 1, get()),
      many(300, () => frame(9, 0, 1, Buffer.alloc(16_000))),
    ]),
  },
  {
    of: "empty CONTINUATION without end",
    closes: "h2-head-flood",
    bytes: Buffer.concat([frame(1, END_STREAM, 1, get()), many(20_000, () => frame(9, 0, 1))]),
  },
  { of: "SETTINGS without end", closes: "h2-control-flood", bytes: many(20_000, () => SETTINGS) },
  {
    of: "PING without end",
    closes: "h2-control-flood",
    bytes: many(20_000, () => frame(6, 0, 0, Buffer.alloc(8))),
  },
  {
    of: "PRIORITY without end",
    closes: "h2-control-flood",
    bytes: many(20_000, (at) => frame(2, 0, idOf(at), Buffer.alloc(5))),
  },
  {
    of: "WINDOW_UPDATE without end",
    closes: "h2-control-flood",
    bytes: many(20_000, () => windowUpdate(0, 1)),
  },
  {
    of: "empty DATA without end",
    closes: "h2-control-flood",
    bytes: Buffer.concat([frame(1, END_HEADERS, 1, post), many(20_000, () => frame(0, 0, 1))]),
  },
  {
    of: "header blocks without fields",
    closes: "h2-reset-flood",
    bytes: many(20_000, (at) => frame(1, END_STREAM | END_HEADERS, idOf(at))),
  },
  { of: "streams beyond the limit", closes: "h2-control-flood", bytes: many(5_000, held) },
  {
    of: "bombs of header references",
    refuses: "head-too-large",
    bytes: many(400, (at) => frame(1, END_STREAM | END_HEADERS, idOf(at), bomb)),
  },
  {
    of: "windows that stay shut",
    refuses: "backlogged-connection",
    bytes: Buffer.concat([settings([4, 0]), many(100, (at) => ask(idOf(at), "/part"))]),
  },
];

/** Everything counted so far under one name. */
const counted = ({ closes, refuses }: Attack): number =>
  (closes ? server.counters.closed[closes] : server.counters.refused[refuses as string]) ?? 0;

async function attack(row: Attack): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  await once(socket, "connect");
  socket.write(Buffer.concat([PREFACE, SETTINGS, row.bytes]));
  return socket;
}

for (const row of attacks)
  test(`while a peer sends ${row.of}, others are answered in time, and memory stays`, async () => {
    const memory = process.memoryUsage();
    const before = counted(row);
    const socket = await attack(row);
    const waits: number[] = [];
    while (counted(row) === before || waits.length < 20) {
      waits.push(await askOnce());
      await systemClock.sleep(ms(1));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    socket.destroy();
    waits.sort((one, other) => one - other);
    const median = waits[waits.length >> 1] as number;
    assert.ok(median < 100, `half of the others waited ${median} ms`);
    assert.ok((waits.at(-1) as number) < 1_000, `one waited ${waits.at(-1)} ms`);
    const grown = heapUsed + arrayBuffers - memory.heapUsed - memory.arrayBuffers;
    assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more`);
  });
