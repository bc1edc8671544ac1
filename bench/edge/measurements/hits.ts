// Objects from the cache: as many as one core gives, and how soon at a rate that it easily gives.
import type { Row } from "../../result.ts";
import { shortRow } from "../../result.ts";
import type { Paced } from "../client/wire.ts";
import type { Standing } from "../contender.ts";
import { h2load, type Load, type Loaded, wrk } from "../load.ts";
import { ours } from "../ours.ts";
import type { Figures, Stage } from "../stage.ts";
import { type Measurement, ratioRows, rowsOf, samplesOf } from "./measurement.ts";

const PLAYLIST = "/live/v2048.m3u8?_HLS_msn=7&_HLS_part=0";
const PART = "/live/v150000/7.0.m4s";
const CONNECTIONS = 100;
const SECONDS = 3;
/** A rate at which every contender's core is less than half busy. */
const CALM_PER_SECOND = 5_000;
const CALM_MS = 3_000;

type Figure = Figures<Loaded> extends ReadonlyMap<string, readonly (infer One)[]> ? One : never;

/**
 * Requests a second of CPU time. While the server's core is full it is what came back a second; where the generator's core
 * is full first, it says what the server's would have given.
 */
const perCore = ({ requests, cost }: Figure): number => requests / cost.cpuS;
const perSecond = ({ requests, seconds }: Loaded): number => requests / seconds;
const microsEach = ({ requests, cost }: Figure): number => (cost.cpuS / requests) * 1e6;

type Generator = (load: Load) => Promise<Loaded>;

async function loaded(
  stage: Stage,
  what: { title: string; target: string; secure: boolean; generator: Generator },
): Promise<Figures<Loaded>> {
  const folder = stage.folder("load");
  const standing = (await stage.all()).filter(({ tls }) => !what.secure || tls !== null);
  const load = (server: Load["server"], seconds: number): Promise<Loaded> =>
    what.generator({
      server,
      seconds,
      folder,
      tls: what.secure,
      target: what.target,
      connections: CONNECTIONS,
      core: stage.clientCore,
    });
  const serverOf = ({ address, tls }: (typeof standing)[number]): Load["server"] =>
    what.secure && tls ? tls.address : address;
  for (const one of standing) await load(serverOf(one), 1);
  return stage.compare({ title: what.title, standing, secure: what.secure }, (one) =>
    load(serverOf(one), SECONDS),
  );
}

function loadRows(name: string, figures: Figures<Loaded>): Row[] {
  return [
    ...rowsOf(figures, { name: `${name}, per core`, unit: "req/s" }, perCore),
    ...rowsOf(figures, { name: `${name}, as came back`, unit: "req/s" }, perSecond),
    ...rowsOf(figures, { name: `${name}, CPU`, unit: "µs/req" }, microsEach),
    ...rowsOf(
      figures,
      { name: `${name}, failed`, unit: "requests", limit: 0 },
      ({ failed }) => failed,
    ),
  ];
}

/** A row that says why there is no figure: ours does not speak it. */
const notYet = (name: string): Row => ({
  ...shortRow(`${name}: not available`, "req/s", []),
  min: 0,
  max: 0,
});

function hits(what: {
  name: string;
  title: string;
  target: string;
  secure?: boolean;
  generator?: Generator;
  limits: Readonly<Record<string, number | null>>;
}): Measurement {
  const { name, title, target, secure = false, generator = wrk, limits } = what;
  return {
    name,
    async run(stage) {
      const figures = await loaded(stage, { title, target, secure, generator });
      if (!figures.has(ours.name)) return [notYet(title), ...loadRows(title, figures)];
      return [
        ...loadRows(title, figures),
        ...ratioRows({ name: `${title}, of`, sooner: false, limits }, samplesOf(figures, perCore)),
      ];
    },
  };
}

export const playlistHits = hits({
  name: "playlist-hits",
  title: "2 KB playlist from cache",
  target: PLAYLIST,
  limits: { nginx: 1, varnish: 1.5, ats: null },
});

export const partHits = hits({
  name: "part-hits",
  title: "150 KB part from cache",
  target: PART,
  limits: { nginx: 1.5, varnish: 1.2, ats: null },
});

export const tlsHits = hits({
  name: "tls-hits",
  title: "150 KB part over TLS 1.3",
  target: PART,
  secure: true,
  limits: { nginx: 1.2, ats: null },
});

/** At most twice nginx's CPU: at least half of its requests a core. */
export const http2Hits = hits({
  name: "http2-hits",
  title: "2 KB playlist over HTTP/2",
  target: PLAYLIST,
  secure: true,
  generator: h2load,
  limits: { nginx: 0.5, ats: null },
});

export const calm: Measurement = {
  name: "calm",
  async run(stage) {
    const standing = await stage.all();
    const title = `2 KB playlist at ${CALM_PER_SECOND} requests/s`;
    const paced = ({ address: server }: Standing): Promise<Paced> =>
      stage.client.do({
        do: "pace",
        server,
        target: PLAYLIST,
        connections: CONNECTIONS,
        perSecond: CALM_PER_SECOND,
        forMs: CALM_MS,
      });
    for (const one of standing) await paced(one);
    const figures = await stage.compare({ title, standing }, paced);
    return [
      ...rowsOf(figures, { name: `${title}, p50`, unit: "ms" }, ({ p50 }) => p50),
      ...rowsOf(figures, { name: `${title}, p99`, unit: "ms" }, ({ p99 }) => p99),
      ...rowsOf(
        figures,
        { name: `${title}, unanswered`, unit: "requests", limit: 0 },
        ({ missing }) => missing,
      ),
    ];
  },
};
