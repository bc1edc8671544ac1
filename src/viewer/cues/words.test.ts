import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cue, wordsOf } from "./index.ts";

const said = (kind: Cue["kind"], data: Cue["data"]): string => {
  const { word, detail } = wordsOf({ kind, data });
  return detail ? `${word}: ${detail}` : word;
};

test("a cue says what it carries, and is silent on what it does not", () => {
  const goal = { team: "home", minute: 67, home: 2, away: 1, player: "Rossi" };
  assert.equal(said("goal", goal), "GOAL: 67' · home 2–1 · Rossi");
  assert.equal(said("card", { card: "red", team: "away" }), "RED CARD: away");
  assert.equal(said("var", { text: "penalty?" }), "VAR: penalty?");
  assert.equal(said("score", { home: 0, away: 0 }), "SCORE: 0–0");
  assert.equal(said("push", { text: null, minute: true }), "NEWS");
});
