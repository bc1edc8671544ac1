// What a schema cannot judge of a network model: names that point at nothing or are there twice, and contradictions.
import { parsePrefix, type Prefix } from "#network";
import { allowedNames, type Refuse, refuseTwins } from "#network/formats";
import type { NetworkModel } from "#protocol";
import { CONTRADICTIONS_LIMIT, SHARE_SLACK } from "./limits.ts";

type Path = readonly PropertyKey[];

/** Refuses what cannot be meant; returns what can, but is worth a look. */
export function checkModel(model: NetworkModel, refuse: Refuse): string[] {
  refuseDoubles(model, refuse);
  checkPlaces(model, refuse);
  checkEdges(model, refuse);
  checkPnis(model, refuse);
  checkAudience(model, refuse);
  return checkPrefixes(model, refuse);
}

function refuseDoubles({ places, exchanges, networks, pnis, edges }: NetworkModel, refuse: Refuse) {
  for (const [kind, list] of Object.entries({ places, exchanges, pnis, edges }))
    refuseTwins(
      list.map(({ id }) => id),
      [kind],
      refuse,
    );
  refuseTwins(
    networks.map(({ asn }) => asn),
    ["networks"],
    refuse,
  );
  exchanges.forEach(({ members }, index) =>
    refuseTwins(
      members.map(({ asn }) => asn),
      ["exchanges", index, "members"],
      refuse,
    ),
  );
}

function checkPlaces(model: NetworkModel, refuse: Refuse): void {
  const places = new Set(model.places.map(({ id }) => id));
  const check = (place: string | null | undefined, path: Path): void => {
    if (typeof place === "string" && !places.has(place))
      refuse(path, `no place is called ${place}`, allowedNames(places));
  };
  for (const kind of ["exchanges", "pnis", "edges"] as const)
    model[kind].forEach(({ place }, index) => check(place, [kind, index, "place"]));
  model.networks.forEach(({ place, prefixes }, index) => {
    check(place, ["networks", index, "place"]);
    prefixes.forEach((prefix, at) =>
      check(prefix.place, ["networks", index, "prefixes", at, "place"]),
    );
  });
  model.audience?.networks.forEach((network, index) =>
    network.places.forEach(({ id }, at) =>
      check(id, ["audience", "networks", index, "places", at, "id"]),
    ),
  );
}

function checkEdges({ edges, exchanges, networks }: NetworkModel, refuse: Refuse): void {
  const exchangeIds = new Set(exchanges.map(({ id }) => id));
  const asns = new Set(networks.map(({ asn }) => asn));
  edges.forEach((edge, index) => {
    const path = ["edges", index];
    if (edge.at !== undefined && edge.in !== undefined)
      refuse(path, "it stands at an exchange and in a network", "Give it at: or in:, or neither.");
    if (edge.at !== undefined && !exchangeIds.has(edge.at))
      refuse([...path, "at"], `no exchange is called ${edge.at}`, allowedNames(exchangeIds));
    if (edge.in !== undefined && !asns.has(edge.in))
      refuse([...path, "in"], `no network has the number ${edge.in}`, allowedNames(asns));
    if (edge.in !== undefined && edge.in !== edge.asn)
      refuse(
        [...path, "asn"],
        `it stands in AS${edge.in} and is reached in AS${edge.asn}`,
        `Give it asn: ${edge.in}.`,
      );
  });
}

function checkPnis({ pnis, networks }: NetworkModel, refuse: Refuse): void {
  const asns = new Set(networks.map(({ asn }) => asn));
  pnis.forEach(({ between }, index) => {
    between.forEach((asn, side) => {
      if (!asns.has(asn))
        refuse(
          ["pnis", index, "between", side],
          `no network has the number ${asn}`,
          allowedNames(asns),
        );
    });
    if (between[0] === between[1])
      refuse(["pnis", index, "between"], "it joins a network with itself", "Name two networks.");
  });
}

function checkAudience({ audience, networks }: NetworkModel, refuse: Refuse): void {
  if (!audience) return;
  const asns = new Set(networks.map(({ asn }) => asn));
  const path = ["audience", "networks"];
  refuseTwins(
    audience.networks.map(({ asn }) => asn),
    path,
    refuse,
  );
  const whole = (shares: readonly { share: number }[], at: Path): void => {
    const sum = shares.reduce((total, { share }) => total + share, 0);
    if (Math.abs(sum - 1) > SHARE_SLACK)
      refuse(at, `its shares are ${sum.toFixed(3)} together`, "Let them be 1 together.");
  };
  whole(audience.networks, path);
  audience.networks.forEach(({ asn, places }, index) => {
    if (!asns.has(asn))
      refuse([...path, index, "asn"], `no network has the number ${asn}`, allowedNames(asns));
    whole(places, [...path, index, "places"]);
  });
}

interface Claim {
  readonly prefix: Prefix;
  readonly asn: number;
}

/** One prefix in two networks is refused; one inside another network's is told: the longer one has the address. */
function checkPrefixes({ networks }: NetworkModel, refuse: Refuse): string[] {
  const claims = new Map<string, Claim>();
  networks.forEach(({ asn, prefixes }, index) =>
    prefixes.forEach(({ prefix: text }, at) => {
      const path = ["networks", index, "prefixes", at];
      const prefix = parsePrefix(text) ?? refuse(path, `${text} is no prefix`, "Mend it.");
      const before = claims.get(prefix.text);
      if (before)
        refuse(
          path,
          `${prefix.text} is given to AS${before.asn} already`,
          "Give it to one network, or a longer prefix of it to the other.",
        );
      claims.set(prefix.text, { prefix, asn });
    }),
  );
  const told: string[] = [];
  let more = 0;
  for (const claim of claims.values()) {
    const around = networkAround(claim, claims);
    if (!around || around.asn === claim.asn) continue;
    if (told.length >= CONTRADICTIONS_LIMIT) more += 1;
    else
      told.push(
        `${claim.prefix.text} of AS${claim.asn} lies in ${around.prefix.text} of AS${around.asn}: the longer prefix has its addresses`,
      );
  }
  return more > 0 ? [...told, `and ${more} more prefixes inside those of another network`] : told;
}

/** The longest shorter prefix around a claim. */
function networkAround({ prefix }: Claim, claims: ReadonlyMap<string, Claim>): Claim | null {
  const [address] = prefix.text.split("/");
  for (let length = prefix.length - 1; length > 0; length -= 1) {
    const around = parsePrefix(`${address}/${length}`);
    const claim = around && claims.get(around.text);
    if (claim) return claim;
  }
  return null;
}
