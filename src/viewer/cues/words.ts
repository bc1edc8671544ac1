// What a cue says to a person, by the fields that its kind usually carries. Whatever is missing is left out.
import type { Cue, CueKind } from "./cue.ts";

/** A cue in words: the event, and what there is to it. */
export interface CueWords {
  readonly word: string;
  readonly detail: string;
}

const kindWords: Readonly<Record<CueKind, string>> = {
  goal: "GOAL",
  card: "CARD",
  var: "VAR",
  score: "SCORE",
  odds: "ODDS",
  push: "NEWS",
  chat: "CHAT",
};

/** "GOAL" and "67' · home 2–1 · Rossi". */
export function wordsOf({ kind, data }: Pick<Cue, "kind" | "data">): CueWords {
  const text = (name: string): string => {
    const value = data[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const colour = kind === "card" ? text("card").toUpperCase() : "";
  const score = text("home") && text("away") ? `${text("home")}–${text("away")}` : "";
  const minute = text("minute") && `${text("minute")}'`;
  const side = [text("team"), score].filter(Boolean).join(" ");
  const details = [minute, side, text("player"), text("text")];
  return {
    word: [colour, kindWords[kind]].filter(Boolean).join(" "),
    detail: details.filter(Boolean).join(" · "),
  };
}
