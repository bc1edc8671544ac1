// The director's decision for those who only resolve a name.
import type { Director } from "../director.ts";
import type { Place } from "./responder.ts";

/** Looks where the viewers of a prefix would go; nothing is noted: who asks is a resolver, for nobody knows how many. */
export const placingOf =
  (director: Pick<Director, "look">): Place =>
  (address, viewer) => {
    const { ranked, found } = director.look({ address, viewer });
    return { edges: ranked.map(({ edge }) => edge), bits: lengthOf(found.prefix()) };
  };

const lengthOf = (prefix: string | null): number => Number(prefix?.split("/")[1] ?? 0);
