// An origin on a free port, fed part by part by the test instead of an encoder. Its time moves only when told to.
import type { TestContext } from "node:test";
import { ms, type UtcMs, utcMs } from "#base";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Answer, HttpClient, type HeaderList, type HttpServer, serve } from "#http";
import { partStart, standardGrid } from "#media/grid";
import { PartStore, type StoreLimits } from "#packager";
import { assembleOrigin } from "./assembly.ts";
import type { OriginOptions } from "./options.ts";

/** The segment with which tests begin. */
export const FIRST = 935_053;
const PARTS = standardGrid.partsPerSegment;

export interface OriginFixture {
  url: string;
  store: PartStore;
  clock: ManualClock;
  client: HttpClient;
  /** Adds a rendition. */
  describe(rendition: string): void;
  /** Stores parts up to and including this one, from `FIRST`. */
  push(rendition: string, segment: number, part: number): void;
  /** The same, to the end of a segment. */
  pushSegments(rendition: string, count: number): void;
  get(path: string, headers?: HeaderList): Promise<Answer>;
  text(path: string): Promise<string>;
  /** Resolves when so many requests are held. */
  held(count: number): Promise<void>;
}

/** What a part of the fixture holds: its own name, and as many bytes as its place says. */
export function partBytes(rendition: string, segment: number, part: number): Uint8Array {
  return new TextEncoder().encode(`<${rendition} ${segment}.${part}>`.padEnd(40 + part, "."));
}

export const segmentBytes = (rendition: string, segment: number): string =>
  Array.from({ length: PARTS }, (_, part) =>
    new TextDecoder().decode(partBytes(rendition, segment, part)),
  ).join("");

/** How long a test waits for what it has caused, ms: far longer than it takes. */
const PATIENCE_MS = 10_000;

/** Resolves once `condition` holds; rejects when it does not in time. */
export async function until(condition: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!condition()) {
    if (systemClock.monotonic() > end) throw new Error("what was waited for did not happen");
    await systemClock.sleep(ms(1));
  }
}

/** Starts one; closed with the test. */
export async function originFixture(
  t: TestContext,
  settings: {
    options?: Partial<OriginOptions>;
    storeLimits?: Partial<StoreLimits>;
    heldLimit?: number;
    startedLaterMs?: number;
  } = {},
): Promise<OriginFixture> {
  const start = partStart(standardGrid, { segment: FIRST, part: 0 });
  const clock = manualClock(utcMs(start + (settings.startedLaterMs ?? 0)));
  const context = { clock, log: silentLog };
  const limits = settings.storeLimits ?? {};
  const store = new PartStore({ channel: "match", grid: standardGrid, limits }, context);
  let server: HttpServer | null = null;
  const origin = assembleOrigin(
    {
      store,
      ingest: (_request, reply) => reply.send(204, []),
      ingestCounters: () => ({ bodies: 0 }),
      server: () => server,
      ...(settings.heldLimit === undefined ? {} : { heldLimit: settings.heldLimit }),
    },
    {
      port: 0,
      channel: "match",
      pathways: [],
      steering: null,
      timeUrl: null,
      telemetryUrl: null,
      targetLatencyMs: 1_500,
      ...settings.options,
    },
    context,
  );
  const outer = { clock: systemClock, log: silentLog };
  const listening = await serve({ port: 0, handler: origin.handler }, outer);
  server = listening;
  const client = new HttpClient(outer);
  t.after(async () => {
    await client.close();
    await origin.close();
    await store.close();
    await listening.close();
  });
  return { ...feeding(store), ...asking(client, listening.url), store, clock, client };
}

function asking(client: HttpClient, url: string): Pick<OriginFixture, "url" | "get" | "text"> {
  const get = (path: string, headers: HeaderList = []): Promise<Answer> =>
    client.fetch({ method: "GET", url: url + path, headers });
  const text = async (path: string): Promise<string> =>
    new TextDecoder().decode((await get(path)).body);
  return { url, get, text };
}

function feeding(
  store: PartStore,
): Pick<OriginFixture, "describe" | "push" | "pushSegments" | "held"> {
  const push = (rendition: string, segment: number, part: number): void => {
    const last = segment * PARTS + part;
    const from = store.nextIndex(rendition) ?? FIRST * PARTS;
    for (let index = from; index <= last; index += 1) put(store, rendition, index);
  };
  return {
    push,
    describe: (rendition) => describeTrack(store, rendition),
    pushSegments: (rendition, count) => push(rendition, FIRST + count - 1, PARTS - 1),
    held: (count) => until(() => store.waiting === count),
  };
}

function put(store: PartStore, rendition: string, index: number): void {
  const segment = Math.floor(index / PARTS);
  const part = index % PARTS;
  const captureMs: UtcMs = partStart(standardGrid, { segment, part });
  store.append(rendition, {
    segment,
    part,
    bytes: partBytes(rendition, segment, part),
    independent: rendition.startsWith("a") || part % 3 === 0,
    gap: false,
    frames: rendition.startsWith("a") ? 15 : 16,
    captureMs,
    firstByteAt: captureMs,
    lastByteAt: utcMs(captureMs + standardGrid.partMs),
  });
}

function describeTrack(store: PartStore, rendition: string): void {
  const bytes = new TextEncoder().encode(`header of ${rendition}`);
  const init = { bytes, hash: `hash-${rendition}` };
  const height = Number(rendition.slice(1));
  store.describe(
    rendition.startsWith("a")
      ? {
          ...{ rendition, kind: "audio", codec: "mp4a.40.2", timescale: 48_000, init },
          ...{ sampleRate: 48_000, channels: 2, language: "ita" },
        }
      : {
          ...{ rendition, kind: "video", codec: "avc1.64001f", timescale: 90_000, init },
          ...{ width: (height * 16) / 9, height },
        },
  );
}
