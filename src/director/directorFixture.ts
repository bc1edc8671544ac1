// A director on its doors, without sockets, for the tests of what it answers.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { chanceOf, monoMs, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { defaultSyncBounds, type Heartbeat, type Network } from "#protocol";
import { metricsOf } from "#telemetry";
import type { FastifyInstance } from "fastify";
import { Director } from "./director.ts";
import { directorServer } from "./server.ts";
import { type DeskParts, PlayerDesk } from "./surfaces/desk.ts";
import { REQUESTS_PER_S } from "./surfaces/limits.ts";
import { type EdgeDeclaration, emptyModel, Topology } from "./topology.ts";

export const fastweb: Network = {
  v: 1,
  asn: 12_874,
  name: "Fastweb",
  place: "it/roma",
  prefixes: ["127.0.1.0/24"],
  gateway: "127.0.1.1",
  limitMbps: null,
  access: { link: { delayMs: 4, mbps: 1_000 }, downMbps: 0, upMbps: 0, connections: 0 },
};
export const heartbeat = (edge: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  v: 1,
  edge,
  at: 1_795_301_664.12,
  viewers: 412,
  mbps: 1_830,
  capacityMbps: 10_000,
  cpu: 0.22,
  waiters: 390,
  upstreamErrors: 0,
  draining: false,
  ...more,
});

export interface Stage {
  app: FastifyInstance;
  clock: ManualClock;
  director: Director;
  desk: PlayerDesk;
  beat: (edge: string, more?: Partial<Heartbeat>) => Promise<void>;
  json: (url: string, remoteAddress?: string) => Promise<unknown>;
}

const twoEdges: readonly EdgeDeclaration[] = [
  { id: "ixp-roma", at: "namex", url: "http://127.0.0.1:8091", capacityMbps: 10_000 },
  { id: "isp-roma", in: 12_874, url: "http://127.0.0.1:8092", capacityMbps: 10_000 },
];

/** A director of two edges where no others are given, whose viewers are of Fastweb unless they come from elsewhere. */
export function stage(
  t: TestContext,
  trustedForwarders: string[] = [],
  { edges = twoEdges, ...told }: Partial<DeskParts> & { edges?: readonly EdgeDeclaration[] } = {},
): Stage {
  const clock = manualClock(utcMs(1_795_301_664_000));
  const topology = new Topology(emptyModel, { edges });
  topology.learnNetwork("http://isp", fastweb, monoMs(0));
  let sessions = 0;
  const newSession = (): string => `session-${++sessions}`;
  const director = new Director({
    channel: "match",
    sync: defaultSyncBounds,
    listens: true,
    places: new Map([["it/roma", "Roma"]]),
    topology,
    newSession,
    clock,
  });
  const desk = new PlayerDesk({
    director,
    base: () => "http://127.0.0.1:8082",
    pathways: null,
    requestsPerS: REQUESTS_PER_S,
    chance: chanceOf(1),
    clock,
    ...told,
  });
  const server = directorServer({
    director,
    desk,
    trustedForwarders,
    status: () => ({}),
    metrics: metricsOf("director", {}),
    log: silentLog,
  });
  const { app } = server;
  t.after(() => server.close());
  return {
    app,
    desk,
    clock,
    director,
    async beat(edge, more) {
      const answer = await app.inject({
        method: "POST",
        url: "/heartbeat",
        payload: heartbeat(edge, { at: clock.utc() / 1_000, ...more }),
      });
      assert.ok(answer.statusCode < 300, answer.body);
    },
    async json(url, remoteAddress = "127.0.1.10") {
      const answer = await app.inject({ url, remoteAddress });
      assert.equal(answer.statusCode, 200, answer.body);
      return answer.json();
    },
  };
}
