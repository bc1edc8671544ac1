import assert from "node:assert/strict";
import { test } from "node:test";
import { cueEntrySchema } from "#protocol";
import { after, dataOf, deskButtons, type MatchState } from "./deskButtons.ts";

const match: MatchState = { minute: 67, home: 1, away: 1, text: "" };
const pressed = (label: string, over: Partial<MatchState> = {}) => {
  const button = deskButtons.find((each) => each.label === label);
  assert.ok(button);
  return dataOf(button, after(button, { ...match, ...over }));
};

test("a goal counts for its side and carries the score after it", () => {
  const home = { team: "home", minute: 67, home: 2, away: 1 };
  assert.deepEqual(pressed("Goal, home"), home);
  assert.deepEqual(pressed("Goal, away"), { ...home, team: "away", home: 1, away: 2 });
});

test("a button says only what is known of the match", () => {
  assert.deepEqual(pressed("VAR", { minute: null }), {});
  assert.deepEqual(pressed("Red, away", { text: "Rossi" }), {
    ...{ team: "away", card: "red", minute: 67, text: "Rossi" },
  });
  assert.deepEqual(pressed("Score"), { minute: 67, home: 1, away: 1 });
});

test("whatever is pressed is an entry that the origin takes", () => {
  for (const { label, kind } of deskButtons) {
    const entry = { v: 1, kind, data: pressed(label, { text: "x".repeat(200) }) };
    assert.ok(cueEntrySchema.safeParse(entry).success, label);
  }
});
