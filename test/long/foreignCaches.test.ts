// Debian's nginx and Varnish as edges of the chain, with the configuration of docs/operating, in front of a match on air.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Closable, ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { nginx } from "../../bench/edge/comparators/nginx.ts";
import { varnish } from "../../bench/edge/comparators/varnish.ts";
import type { Contender } from "../../bench/edge/contender.ts";
import { ours } from "../../bench/edge/ours.ts";
import { serversFolder } from "../../bench/edge/process.ts";
import { Command } from "../support/command.ts";
import { stageMatch } from "../support/play.ts";

const clock = systemClock;
const RENDITION = "v144";
const VIEWERS = 30;
/** A part's time, and what a loaded machine adds. */
const PART_MS = 320;
const SLACK_MS = 700;
const CMCD = "CMCD=bl%3D900%2Csid%3D%22viewer-";

/** Stands between a cache and the origin, counts what is asked, and can play dead. */
class Tap implements Closable {
  /** Requests by target. */
  readonly asked = new Map<string, number>();
  dead = false;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#join(socket));

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname, port: Number(port) };
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () =>
        resolve((this.#server.address() as AddressInfo).port),
      );
    });
  }

  /** How many requests had a target that matches. */
  count(pattern: RegExp): number {
    let count = 0;
    for (const [target, times] of this.asked) if (pattern.test(target)) count += times;
    return count;
  }

  die(): void {
    this.dead = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.die();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    if (this.dead) return void near.destroy();
    const far = connect(this.#target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => (this.#sockets.delete(socket), other.destroy()));
      socket.on("data", (bytes: Buffer) => void other.write(bytes));
    }
    near.on("data", (bytes: Buffer) => {
      for (const [, target = ""] of bytes.toString("latin1").matchAll(/^GET (\S+) HTTP/gm))
        this.asked.set(target, (this.asked.get(target) ?? 0) + 1);
    });
  }
}

interface Position {
  segment: number;
  part: number;
}

/** The newest part that a playlist lists. */
function newestOf(playlist: string): Position {
  const parts = [...playlist.matchAll(/^#EXT-X-PART:.*URI="\w+\/(\d+)\.(\d+)\.m4s"/gm)];
  const [, segment, part] = parts.at(-1) ?? [];
  return { segment: Number(segment), part: Number(part) };
}

/** `steps` parts later; six make a segment. */
function later({ segment, part }: Position, steps: number): Position {
  const index = segment * 6 + part + steps;
  return { segment: Math.floor(index / 6), part: index % 6 };
}

interface Watched {
  status: number;
  bytes: Buffer;
  /** When bytes came, ms after asking. */
  readonly at: number[];
}

/** Asks as a viewer does, and notes when bytes come. */
async function watch(url: string): Promise<Watched> {
  const start = clock.monotonic();
  const response = await fetch(url);
  const pieces: Uint8Array[] = [];
  const at: number[] = [];
  for await (const piece of response.body ?? []) {
    pieces.push(piece as Uint8Array);
    at.push(clock.monotonic() - start);
  }
  return { status: response.status, bytes: Buffer.concat(pieces), at };
}

const crowd = <Result>(ask: (viewer: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: VIEWERS }, (_, viewer) => ask(viewer)));

/** A cache in the chain: what differs between them is said in docs/operating/foreign-caches.md. */
interface Chain {
  readonly name: string;
  readonly cache: Contender;
  /** An edge of ours stands between the cache and the origin. */
  readonly shielded: boolean;
  /** How much later than the origin's release the last viewer may be, ms: nginx looks at its lock each 500 ms. */
  readonly lateMs: number;
  /** Whether the cache makes one request of all for a growing segment. */
  readonly collapsesGrowth: boolean;
}

const chains: readonly Chain[] = [
  { name: "Varnish", cache: varnish, shielded: false, lateMs: 0, collapsesGrowth: true },
  { name: "nginx", cache: nginx, shielded: false, lateMs: 500, collapsesGrowth: false },
  {
    name: "nginx before an edge of ours",
    cache: nginx,
    shielded: true,
    lateMs: 500,
    collapsesGrowth: true,
  },
];

const missing = ({ name, version }: Contender): string | false =>
  version() === null ? `${name} is not installed: node tools/setup.mjs --long` : false;

let match: RunningMatch;
before(async () => {
  match = await stageMatch();
});
after(() => match?.close());

for (const chain of chains)
  describe(`${chain.name} as an edge`, { skip: missing(chain.cache) }, () => {
    const scope = new Scope();
    let tap: Tap;
    let edge = "";
    const channel = (): string => `${edge}/match`;
    const origin = (): string => `${match.urls.origin}/match`;
    const newest = async (): Promise<Position> =>
      newestOf(await (await fetch(`${origin()}/${RENDITION}.m3u8`)).text());

    before(async () => {
      const folder = serversFolder();
      scope.defer(() => rmSync(folder, { recursive: true, force: true }));
      tap = scope.own(new Tap(match.urls.origin));
      let originPort = await tap.listen();
      if (chain.shielded) {
        const place = join(folder, "shield");
        mkdirSync(place);
        const shield = scope.own(await ours.start({ originPort, folder: place, core: null }));
        originPort = shield.address.port;
      }
      const place = join(folder, "cache");
      mkdirSync(place);
      const { address } = scope.own(
        await chain.cache.start({ originPort, folder: place, core: null }),
      );
      edge = `http://${address.host}:${address.port}`;
    });
    after(() => scope.close());

    test("a held playlist comes when the part is there, from one request upstream, the same to all", async () => {
      const wanted = later(await newest(), 2);
      const query = `_HLS_msn=${wanted.segment}&_HLS_part=${wanted.part}`;
      const answers = await crowd((viewer) => {
        const report = `${CMCD}${viewer}%22`;
        const asked = viewer % 2 === 0 ? `${query}&${report}` : `${report}&${query}`;
        return watch(`${channel()}/${RENDITION}.m3u8?${asked}`);
      });
      for (const { status, bytes, at } of answers) {
        assert.equal(status, 200);
        const listed = newestOf(bytes.toString());
        assert.ok(listed.segment * 6 + listed.part >= wanted.segment * 6 + wanted.part);
        assert.ok((at.at(-1) ?? 0) < 2 * PART_MS + chain.lateMs + SLACK_MS, `${at.at(-1)} ms`);
        assert.deepEqual(bytes, answers[0]?.bytes);
      }
      const held = new RegExp(`_HLS_msn=${wanted.segment}&_HLS_part=${wanted.part}$`);
      assert.equal(tap.count(held), 1);
    });

    test("a growing segment reaches all who follow it as its bytes come, the origin's bytes", async () => {
      const segment = (await newest()).segment + 1;
      const target = `${RENDITION}/${segment}.m4s`;
      const answers = await crowd((viewer) => watch(`${channel()}/${target}?${CMCD}${viewer}%22`));
      const whole = await watch(`${origin()}/${target}`);
      for (const { status, bytes, at } of answers) {
        assert.equal(status, 200);
        assert.deepEqual(bytes, whole.bytes);
        const took = (at.at(-1) ?? 0) - (at[0] ?? 0);
        assert.ok(took > 3 * PART_MS, `all of it within ${took} ms: it came at its end`);
      }
      const upstream = tap.count(new RegExp(`/${segment}\\.m4s`));
      assert.equal(upstream, chain.collapsesGrowth ? 1 : VIEWERS);
    });

    test("a part is fetched once, whatever viewers add to its query, and cut into ranges", async () => {
      const { segment, part } = later(await newest(), -3);
      const target = `${RENDITION}/${segment}.${part}.m4s`;
      const whole = await watch(`${origin()}/${target}`);
      const answers = await crowd((viewer) =>
        watch(`${channel()}/${target}?cb=${viewer}&${CMCD}${viewer}%22`),
      );
      for (const { status, bytes } of answers) {
        assert.equal(status, 200);
        assert.deepEqual(bytes, whole.bytes);
      }
      const range = await fetch(`${channel()}/${target}`, { headers: { range: "bytes=10-99" } });
      assert.equal(range.status, 206);
      assert.deepEqual(Buffer.from(await range.arrayBuffer()), whole.bytes.subarray(10, 100));
      assert.equal(tap.count(new RegExp(`/${segment}\\.${part}\\.m4s`)), 1);
    });

    test("what is not there yet is refused, not kept, and fetched once when it comes", async () => {
      const early = later(await newest(), 12);
      const target = `${RENDITION}/${early.segment}.${early.part}.m4s`;
      for (let turn = 0; turn < 2; turn += 1)
        assert.equal((await watch(`${channel()}/${target}`)).status, 404);
      const pattern = new RegExp(`/${early.segment}\\.${early.part}\\.m4s`);
      const refused = tap.count(pattern);
      assert.equal(refused, 2, "each was asked upstream");
      while (later(await newest(), 1).segment < early.segment) await clock.sleep(ms(100));
      while (JSON.stringify(later(await newest(), 1)) !== JSON.stringify(early))
        await clock.sleep(ms(50));
      const answers = await crowd(() => watch(`${channel()}/${target}`));
      for (const { status } of answers) assert.equal(status, 200);
      assert.equal(tap.count(pattern) - refused, 1);
    });

    test("an origin that fails is an error for as long as it fails, and no longer", async () => {
      const { segment, part } = later(await newest(), -4);
      const target = `${channel()}/${RENDITION}/${segment}.${part}.m4s?died`;
      tap.die();
      const failed = await watch(target);
      assert.ok(failed.status >= 500, `status ${failed.status}`);
      tap.dead = false;
      const start = clock.monotonic();
      while ((await watch(target)).status !== 200) {
        assert.ok(clock.monotonic() - start < 2_000, "the error was kept");
        await clock.sleep(ms(50));
      }
    });

    for (const protocol of ["hls", "dash"] as const)
      test(`a crowd plays by ${protocol} through it without an error, and gets the same content`, async () => {
        const folder = mkdtempSync(join(tmpdir(), "regista-crowd-"));
        const file = join(folder, "report.json");
        const words = [
          "--edge",
          edge,
          "--channel",
          "match",
          "--protocol",
          protocol,
          "--json",
          file,
        ];
        const more = ["--viewers", "30", "--over", "1s", "--for", "15s", "--sample", "1"];
        const command = new Command(["crowd", ...words, ...more], { folder });
        const status = await command.ended();
        assert.equal(status, 0, command.output);
        assert.ok(readFileSync(file, "utf8").length > 0);
        rmSync(folder, { recursive: true, force: true });
      });
  });
