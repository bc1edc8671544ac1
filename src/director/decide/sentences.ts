// Why a viewer goes where it goes, as sentences, the most important first.
import { elapsed, type MonoMs } from "#base";
import type { Address } from "#network";
import { standings } from "../load/health.ts";
import type { FoundHome } from "../paths/homes.ts";
import type { PathPlan } from "../paths/path.ts";
import { isStale, type Topology } from "../topology.ts";
import type { Choice } from "./decider.ts";
import { WHY_LIMIT, WHY_PATHS_LIMIT } from "./limits.ts";
import { said, type Scales, weigh } from "./weigh.ts";

/** Whose the address is. */
export function homeSentences(
  address: Address | null,
  found: FoundHome,
  { topology, now }: { topology: Topology; now: MonoMs },
): string[] {
  if (!address) return ["the viewer's address could not be read, so its network is not known"];
  const { asn } = found.home;
  if (asn === null)
    return [`no network announces ${address.text}, so every path counts as transit`];
  const sentences = [`prefix ${found.prefix() ?? "?"} → ${topology.nameOf(asn)}`];
  const told = topology.toldBy(asn);
  if (told && isStale(told, now)) {
    const age = Math.round(elapsed(told.at, now) / 1_000);
    sentences.push(`AS${asn} told this ${age} s ago and is silent since`);
  }
  return sentences;
}

/** The edge chosen, and each path that would have been as near or nearer and is not fit. */
export function choiceSentences(
  choice: Choice,
  { plan, scales }: { plan: PathPlan; scales: Scales },
): string[] {
  const { path, leastBad } = choice;
  const chosen = weigh(path, scales);
  const sentences = [said(chosen)];
  if (leastBad) {
    const trouble = standings[chosen.standing].up ? "nothing has room" : "no edge is up";
    sentences.unshift(`${trouble}: ${path.edge.id} (${path.class}) is the least bad`);
  } else if (chosen.standing === "unproven") {
    sentences.unshift(`no edge is better than ${path.edge.id} (${path.class})`);
  }
  let looked = 0;
  for (const tier of plan.tiers) {
    if (tier.cost > path.cost) break;
    for (const other of tier.paths) {
      looked += 1;
      if (looked > WHY_PATHS_LIMIT || sentences.length >= WHY_LIMIT) return sentences;
      if (other === path) continue;
      const { unfit } = weigh(other, scales);
      if (unfit !== null) sentences.push(unfit);
    }
  }
  for (const { why } of plan.barred) if (sentences.length < WHY_LIMIT) sentences.push(why);
  return sentences;
}
