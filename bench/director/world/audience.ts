// Viewers drawn from a model's audience: a network, a city of it, and an address there, all by the model's shares.
import { chanceOf } from "#base";
import { type Address, addressOf, parsePrefix, type Prefix } from "#network";
import type { NetworkModel } from "#protocol";
import { drawer } from "./country.ts";

/** Of viewers with both families, those who come by IPv6. */
const IPV6_SHARE = 0.4;

/** Draws the address of one viewer after the other. Throws when the model has no audience. */
export function audienceOf(model: NetworkModel, seed: number): () => Address {
  const chance = chanceOf(seed);
  const cells = cellsOf(model);
  const draw = drawer(
    cells.map(({ weight }) => weight),
    chance,
  );
  return () => {
    const { prefixes } = cells[draw()] as Cell;
    const family = chance() < IPV6_SHARE ? 6 : 4;
    const fit = prefixes.filter((prefix) => prefix.family === family);
    const choice = fit.length > 0 ? fit : prefixes;
    return addressIn(choice[Math.floor(chance() * choice.length)] as Prefix, chance);
  };
}

interface Cell {
  readonly weight: number;
  readonly prefixes: readonly Prefix[];
}

function cellsOf({ audience, networks }: NetworkModel): Cell[] {
  if (!audience) throw new Error("this model has no audience");
  return audience.networks.flatMap(({ asn, share, places }) => {
    const own = networks.find((network) => network.asn === asn)?.prefixes ?? [];
    return places.map((place) => {
      const here = own.filter((one) => one.place === place.id);
      const texts = (here.length > 0 ? here : own).map(({ prefix }) => prefix);
      const prefixes = texts.map(parsePrefix).filter((prefix) => prefix !== null);
      if (prefixes.length === 0) throw new Error(`AS${asn} has viewers and no prefixes`);
      return { weight: share * place.share, prefixes };
    });
  });
}

/** Any address of a prefix. */
export function addressIn(
  { family, length, w0, w1, w2, w3 }: Prefix,
  chance: () => number,
): Address {
  const some = (word: number, index: number): number => {
    const kept = length - 32 * index;
    const bits = Math.floor(chance() * 2 ** 32);
    return kept >= 32 ? word : kept <= 0 ? bits : word | (bits & (-1 >>> kept));
  };
  if (family === 4) return addressOf(4, { w0: some(w0, 0), w1, w2, w3 });
  return addressOf(6, { w0: some(w0, 0), w1: some(w1, 1), w2: some(w2, 2), w3: some(w3, 3) });
}
