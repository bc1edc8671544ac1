import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleMatchFile, readMatchFile } from "./matchFile.ts";
import { planMatch, type PlannedRole } from "./plan.ts";
import { type RoleName, type RoleOptions, roles } from "./roles.ts";

const match = readMatchFile(exampleMatchFile);
const plan = planMatch(match, (preferred) => preferred);

function optionsOf<Name extends RoleName>(id: string, role: Name): RoleOptions<Name> {
  const found = plan.roles.find((planned) => planned.id === id);
  assert.ok(found, `${id} is planned`);
  assert.equal(found.role, role);
  return (found as PlannedRole<Name>).options;
}

test("every party of the match is a process, with options that its role accepts", () => {
  assert.deepEqual(
    plan.roles.map(({ id }) => id),
    [
      "backbone",
      "telemetry",
      "origin",
      "exchange namex",
      "network Fastweb",
      "network TIM",
      "edge ixp-roma",
      "edge isp-roma",
      "director",
      "watch",
      "control room",
      "broadcaster",
    ],
  );
  for (const { id, role, options } of plan.roles) {
    const result = roles[role].schema.safeParse(options);
    assert.ok(result.success, `${id}: ${result.error?.message}`);
  }
});

test("the ports are those that WIRE names", () => {
  const { watch, controlRoom, director, origin, telemetry, exchanges, networks, edges } = plan.urls;
  assert.deepEqual(
    [
      watch,
      controlRoom,
      director,
      origin,
      telemetry,
      ...exchanges,
      networks[0],
      ...edges.map(({ url }) => url),
    ],
    [8080, 8081, 8082, 8083, 8084, 8085, 8086, 8091, 8092].map(
      (port) => `http://127.0.0.1:${port}`,
    ),
  );
});

test("several directors are processes of their own, which every edge tells and every network's gateway opens", () => {
  const several = planMatch({ ...match, directors: 3 }, (preferred) => preferred);
  assert.deepEqual(
    several.roles
      .filter(({ role }) => role === "director")
      .map(({ id, options }) => [id, (options as RoleOptions<"director">).port]),
    [
      ["director", 8_082],
      ["director 2", 8_072],
      ["director 3", 8_062],
    ],
  );
  const urls = [8_082, 8_072, 8_062].map((port) => `http://127.0.0.1:${port}`);
  assert.deepEqual([several.urls.director, several.urls.directors], [urls[0], urls]);
  for (const { role, options } of several.roles) {
    if (role === "edge") assert.deepEqual((options as RoleOptions<"edge">).directorUrls, urls);
    if (role === "director") assert.equal((options as RoleOptions<"director">).directors, 3);
    if (role !== "isp") continue;
    const ports = (options as RoleOptions<"isp">).routes?.map(({ port }) => port) ?? [];
    assert.ok([8_082, 8_072, 8_062].every((port) => ports.includes(port)));
  }
});

test("targets begin where the match says, in the manifests and at the director, who hears telemetry", () => {
  const sync = { startMs: 1_500, leastMs: 1_200, mostMs: 10_000, anchorMs: 8_000 };
  const { roles: planned, urls } = planMatch({ ...match, sync }, (preferred) => preferred);
  const of = <Name extends RoleName>(role: Name): RoleOptions<Name> =>
    (planned.find((one) => one.role === role) as PlannedRole<Name>).options;
  assert.equal(of("origin").targetLatencyMs, 8_000);
  const { telemetryUrl, sync: told, model } = of("director");
  assert.deepEqual([telemetryUrl, told, model?.places], [urls.telemetry, sync, match.places]);
});

test("no two listeners share an address", () => {
  const listeners = plan.roles.flatMap(({ role, options }) => [
    ...("port" in options ? [`127.0.0.1:${options.port}`] : []),
    ...(role === "ixp" || role === "link"
      ? ((options as RoleOptions<"link">).relays ?? []).map(
          ({ listen }) => `${listen.host}:${listen.port}`,
        )
      : []),
  ]);
  assert.equal(new Set(listeners).size, listeners.length, listeners.join(" "));
});

test("a member's viewers reach the exchange's edge through the exchange's fabric", () => {
  const route = optionsOf("network Fastweb", "isp").routes?.find(({ name }) => name === "ixp-roma");
  const relay = optionsOf("exchange namex", "ixp").relays?.find(
    ({ listen }) => listen.port === route?.target.port,
  );
  assert.ok(relay);
  assert.deepEqual([relay.from, relay.to, relay.target.port], [12874, 51185, 8091]);
});

test("an on-net edge is reached without leaving the network", () => {
  const route = optionsOf("network Fastweb", "isp").routes?.find(({ name }) => name === "isp-roma");
  assert.equal(route?.target.port, 8092);
  assert.equal(route?.extraLink?.delayMs, 1);
});

test("a network that is at no exchange reaches the edges by transit, and later", () => {
  const routes = optionsOf("network TIM", "isp").routes ?? [];
  const edges = routes.filter(({ name }) => name.endsWith("-roma"));
  assert.deepEqual(
    edges.map(({ target, extraLink }) => [target.port, extraLink?.delayMs]),
    [
      [8091, 18],
      [8092, 16],
    ],
  );
});

test("an edge in a network is filled through the exchange, one at the exchange by the CDN's own line", () => {
  const fabric = optionsOf("exchange namex", "ixp").relays ?? [];
  const backbone = optionsOf("backbone", "link").relays ?? [];
  const portOf = (id: string): number =>
    Number(new URL(optionsOf(`edge ${id}`, "edge").upstreams?.[0] ?? "").port);
  assert.ok(fabric.some(({ listen }) => listen.port === portOf("isp-roma")));
  assert.ok(backbone.some(({ listen }) => listen.port === portOf("ixp-roma")));
});

test("the director's model is the match's: members peer, an edge is in the CDN's network or in that where it stands", () => {
  const { model } = optionsOf("director", "director");
  assert.deepEqual(
    model?.exchanges?.map(({ id, url, members }) => [
      id,
      url,
      members?.map((one) => one.bilateral),
    ]),
    [["namex", "http://127.0.0.1:8085", ["all", "all"]]],
  );
  assert.deepEqual(
    model?.networks?.map(({ asn, url, place }) => [asn, url, place]),
    [
      [12874, "http://127.0.0.1:8086", "it/roma"],
      [3269, "http://127.0.0.1:8096", "it/milano"],
    ],
  );
  assert.deepEqual(
    model?.edges?.map(({ id, url, asn, at, in: inside }) => [id, url, asn, at, inside]),
    [
      ["ixp-roma", "http://127.0.0.1:8091", 51185, "namex", undefined],
      ["isp-roma", "http://127.0.0.1:8092", 12874, undefined, 12874],
    ],
  );
});

test("the match's policy is the director's", () => {
  const policy = { ...match.policy, costPer100Km: 7 };
  const { roles: planned } = planMatch({ ...match, policy }, (preferred) => preferred);
  const director = planned.find(({ role }) => role === "director") as PlannedRole<"director">;
  assert.equal(director.options.model?.policy?.costPer100Km, 7);
});
