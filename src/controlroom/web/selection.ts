// What a person clicked on, by name: its details follow the picture as it changes.
import type { Finding, HopView, NodeRow, PartyName, Picture } from "../picture.ts";

export type Selection =
  | { kind: "verdict" }
  | { kind: "row"; id: string }
  | { kind: "block"; party: PartyName }
  | { kind: "hop"; hop: string };

/** The selected thing as it is in `picture`; null when it is not in it any more. */
export type Found =
  | { kind: "verdict"; picture: Picture }
  | { kind: "row"; row: NodeRow; findings: readonly Finding[] }
  | { kind: "block"; block: Picture["blocks"][number]; findings: readonly Finding[] }
  | { kind: "hop"; hop: HopView; findings: readonly Finding[] };

export function find(selection: Selection, picture: Picture): Found | null {
  const about = (id: string): readonly Finding[] =>
    picture.findings.filter((finding) => finding.about === id);
  if (selection.kind === "verdict") return { kind: "verdict", picture };
  if (selection.kind === "block") {
    const block = picture.blocks.find(({ party }) => party === selection.party);
    return block
      ? { kind: "block", block, findings: block.rows.flatMap(({ id }) => about(id)) }
      : null;
  }
  if (selection.kind === "hop") {
    const hop = picture.hops.find((each) => each.hop === selection.hop);
    return hop ? { kind: "hop", hop, findings: about(`hop ${hop.hop}`) } : null;
  }
  const rows = [...picture.blocks.flatMap((block) => block.rows), ...picture.cohorts];
  const row = rows.find(({ id }) => id === selection.id);
  return row ? { kind: "row", row, findings: about(row.id) } : null;
}
