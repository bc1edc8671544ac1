import assert from "node:assert/strict";
import test from "node:test";
import { SteeringTurn } from "./steeringTurn.ts";

const own = "http://d2.example/steer/dash?session=9f";
const other = "http://d1.example:8082/steer/dash?session=9f";
const named = "http://d1.example:8082/steer/dash?_DASH_pathway=%22a%22&session=old";

test("a library's question goes to the director that gave the session, by its name", () => {
  const turn = new SteeringTurn([own, other]);
  for (let asked = 0; asked < 3; asked += 1) {
    assert.equal(
      turn.question(named),
      "http://d2.example/steer/dash?_DASH_pathway=%22a%22&session=9f",
    );
    turn.answered();
  }
});

test("a question without an answer gives the turn to the next director, and round again", () => {
  const turn = new SteeringTurn([own, other]);
  const hosts = [1, 2, 3].map(() => new URL(turn.question(named)).host);
  assert.deepEqual(hosts, ["d2.example", "d1.example:8082", "d2.example"]);
  turn.answered();
  assert.equal(new URL(turn.question(named)).host, "d2.example");
});

test("what is no steering question passes unchanged, and without a director everything does", () => {
  const turn = new SteeringTurn([own, "no URL"]);
  const media = "http://edge.example/match/v360/7.m4s?session=1";
  for (const url of [media, "/relative", ""]) assert.equal(turn.question(url), url);
  assert.equal(new SteeringTurn([]).question(named), named);
});
