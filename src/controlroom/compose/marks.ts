// What happened between two pictures: the marks on the plots.
import { MARKS_LIMIT } from "../limits.ts";
import type { Block, Mark, MarkKind, NodeRow } from "../picture.ts";
import type { View } from "./view.ts";

/** The marks so far with those of this picture, the oldest left out beyond {@link MARKS_LIMIT}. */
export function marksOf(view: View, blocks: readonly Block[], replacedNow: boolean): Mark[] {
  const { at } = view.inputs;
  const fresh = blocks
    .flatMap(({ rows }) => rows)
    .flatMap((row) => {
      const before = view.before.states.get(`row ${row.id}`)?.word ?? null;
      const kind = before === null ? null : changeOf(row, before);
      return kind ? [{ at, kind, text: sentences[kind](row.name) }] : [];
    });
  if (replacedNow)
    fresh.push({ at, kind: "encoder-replaced", text: sentences["encoder-replaced"]("encoder") });
  return [...view.before.marks, ...fresh].slice(-MARKS_LIMIT);
}

const sentences: Readonly<Record<MarkKind, (name: string) => string>> = {
  "edge-lost": (name) => `Edge ${name} lost`,
  "edge-back": (name) => `Edge ${name} back`,
  "party-lost": (name) => `${name} lost`,
  "party-back": (name) => `${name} back`,
  "encoder-replaced": () => "Encoder replaced",
  "source-lost": (name) => `Source ${name} lost`,
  "source-back": (name) => `Source ${name} back`,
  goal: (name) => name,
};

/** What a row's change from the word `before` means; null when it is no event. */
function changeOf(row: NodeRow, before: string): MarkKind | null {
  if (row.id === "source") {
    if (row.word === "lost" && before !== "lost") return "source-lost";
    return before === "lost" && row.word === "live" ? "source-back" : null;
  }
  const edge = row.id.startsWith("edge ");
  if (row.word === "silent" && before !== "silent") return edge ? "edge-lost" : "party-lost";
  if (before !== "silent" || row.state === "silent" || row.state === "waiting") return null;
  return edge ? "edge-back" : "party-back";
}
