import assert from "node:assert/strict";
import { test } from "node:test";
import { networkModelSchema } from "#protocol";
import { CDN, FASTWEB, italy, VODAFONE } from "./italy.ts";
import { modelOf } from "./model.ts";
import { addressIn, CORE, planLab, TRANSIT } from "./plan.ts";
import { type Route, routesOf } from "./routes.ts";
import { addressesScript, namesOf, routesScript, shapeLine, spacesScript } from "./script.ts";

const plan = planLab(italy);

/** Follows routes, as packets do, from a station to an address; the stations on the way. */
function pathOf(
  from: string,
  address: string,
  routes: ReadonlyMap<string, readonly Route[]> = routesOf(plan, new Set()),
): string[] {
  const path = [from];
  for (let here = from; path.length < 20; path.push(here)) {
    const station = plan.stations.find(({ name }) => name === here);
    if (station?.address?.ipv4 === address || (station?.owns && covers(station.owns.ipv4, address)))
      return path;
    const next = nextHop(routes.get(here) ?? [], address) ?? "none";
    const end = plan.wires
      .flatMap(({ ends }) => ends)
      .find(({ address: own }) => own?.ipv4.split("/")[0] === next);
    if (!end) return [...path, "nowhere"];
    here = end.station;
  }
  return [...path, "loop"];
}

function nextHop(routes: readonly Route[], address: string): string | undefined {
  const length = ({ to }: Route): number => (to === "default" ? 0 : Number(to.split("/")[1]));
  return routes
    .filter(({ family, to }) => family === 4 && (to === "default" || covers(to, address)))
    .toSorted((a, b) => length(b) - length(a))[0]?.via;
}

function covers(prefix: string, address: string): boolean {
  const [network = "", length = "32"] = prefix.split("/");
  const size = 2 ** (32 - Number(length));
  const number = (text: string): number =>
    text.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return Math.floor(number(network) / size) === Math.floor(number(address) / size);
}

const without = (...ids: string[]): ReadonlyMap<string, Route[]> => routesOf(plan, new Set(ids));

const roma = "185.45.209.10";
const milano = "185.45.210.10";
const origin = "185.45.208.10";

test("subscribers reach each edge over the best way that there is: on-net, interconnect, exchange, transit", () => {
  const ways: [string, string, string[]][] = [
    ["fastweb-homes", "2.239.255.10", ["fastweb", "fastweb-cache"]],
    ["fastweb-homes", roma, ["fastweb", "roma"]],
    ["fastweb-homes", milano, ["fastweb", "roma", CORE, "milano"]],
    ["vodafone-homes", milano, ["vodafone", "milano"]],
    ["vodafone-homes", roma, ["vodafone", "milano", CORE, "roma"]],
    ["tim-homes", roma, ["tim", TRANSIT, CORE, "roma"]],
    ["fastweb-cache", origin, ["fastweb", "roma", CORE]],
    ["tim-homes", "2.239.255.10", ["tim", TRANSIT, "fastweb", "fastweb-cache"]],
  ];
  for (const [from, to, way] of ways) assert.deepEqual(pathOf(from, to), [from, ...way]);
});

test("answers come back over the same networks", () => {
  assert.deepEqual(pathOf("roma", "2.225.3.7"), ["roma", "fastweb", "fastweb-homes"]);
  assert.deepEqual(pathOf("milano", "2.225.3.7"), [
    ...["milano", CORE, "roma", "fastweb", "fastweb-homes"],
  ]);
  assert.deepEqual(pathOf("milano", "2.113.0.9"), [
    ...["milano", CORE, TRANSIT, "tim", "tim-homes"],
  ]);
});

test("what is withdrawn is not used, and nothing ever goes round in a circle", () => {
  assert.deepEqual(pathOf("fastweb-homes", roma, without("namex")), [
    ...["fastweb-homes", "fastweb", TRANSIT, CORE, "roma"],
  ]);
  assert.deepEqual(pathOf("vodafone-homes", milano, without("vodafone-mi")), [
    ...["vodafone-homes", "vodafone", "milano"],
  ]);
  const ids = ["namex", "mix", "vodafone-mi", `namex/${FASTWEB}`, `mix/${VODAFONE}`, `mix/${CDN}`];
  const places = plan.stations.filter(({ address }) => address !== null);
  for (let choice = 0; choice < 2 ** ids.length; choice += 1) {
    const withdrawn = ids.filter((_, index) => (choice >> index) & 1);
    const routes = without(...withdrawn);
    for (const from of places)
      for (const to of places) {
        const path = pathOf(from.name, to.address?.ipv4 ?? "", routes);
        assert.equal(path.at(-1), to.name, `${withdrawn.join(" ")}: ${path.join(" ")}`);
      }
  }
});

test("a change of routes replaces what differs and names nothing else", () => {
  const before = routesOf(plan, new Set());
  const after = routesOf(plan, new Set(["namex"]));
  const script = routesScript(plan, namesOf(3), { before, after });
  assert.match(script, /ip -n reg3-fastweb -batch/);
  assert.doesNotMatch(script, /reg3-tim/);
  assert.match(script, /route del 2\.224\.0\.0\/12 via 100\.64\.0\.2/);
  assert.doesNotMatch(script, /reg3-vodafone/);
  const back = routesScript(plan, namesOf(3), { before: after, after: before });
  assert.match(back, /route replace 185\.45\.209\.0\/24 via 193\.201\.28\.1\d src 2\.224\.0\.1/);
});

test("every address is somebody's alone, and every name fits the kernel", () => {
  const ends = plan.wires.flatMap((wire) => wire.ends);
  const addresses = ends.flatMap(({ address }) => (address ? [address.ipv4, address.ipv6] : []));
  assert.equal(new Set(addresses).size, addresses.length);
  const script = spacesScript(plan, namesOf(255)) + addressesScript(plan, namesOf(255));
  for (const [, name = ""] of script.matchAll(/link add name (\S+)/g)) assert.ok(name.length <= 15);
  assert.equal(addressIn({ ipv4: "2.224.0.0/20", ipv6: "2001:db8::/64" }, 266).ipv4, "2.224.1.10");
});

test("a shaped port sends what its speed allows, and holds a part for all its viewers", () => {
  assert.equal(
    shapeLine("as12874", 20),
    "qdisc replace dev as12874 root tbf rate 20000kbit burst 65536 latency 300ms",
  );
  assert.match(shapeLine("as12874", 1_000), /burst 500000/);
});

test("a description that names what is not there is refused", () => {
  const [fastweb] = italy.networks;
  assert.ok(fastweb);
  const wrong = [
    { ...italy, networks: [{ ...fastweb, ports: [{ exchange: "nowhere", mbps: 1 }] }] },
    { ...italy, networks: [{ ...fastweb, pnis: [{ id: "p", site: "nowhere", mbps: 1 }] }] },
    { ...italy, networks: [fastweb, fastweb] },
    { ...italy, networks: [{ ...fastweb, id: "Fast; reboot" }] },
  ];
  for (const description of wrong) assert.throws(() => planLab(description));
});

test("the description is a network model: members, interconnects, edges in their places", () => {
  const edges = [
    { id: "roma", url: "http://185.45.209.10:8091", station: "roma", capacityMbps: 100 },
    {
      id: "fastweb-net",
      url: "http://2.239.255.10:8091",
      station: "fastweb-cache",
      capacityMbps: 9,
    },
  ];
  const doors = { exchanges: new Map([["namex", "http://198.18.0.3:8085"]]), networks: new Map() };
  const model = networkModelSchema.parse(modelOf(italy, { edges, doors, policy: { bound: 1.3 } }));
  const [namex] = model.exchanges;
  assert.deepEqual(
    namex?.members.map(({ asn, bilateral }) => [asn, bilateral]),
    [
      [CDN, [FASTWEB]],
      [FASTWEB, "all"],
      [VODAFONE, []],
    ],
  );
  assert.deepEqual(model.pnis[0]?.between, [CDN, VODAFONE]);
  assert.deepEqual(
    model.edges.map(({ at, in: within, asn }) => [at, within, asn]),
    [
      ["namex", undefined, CDN],
      [undefined, FASTWEB, FASTWEB],
    ],
  );
  assert.equal(model.policy.bound, 1.3);
});
