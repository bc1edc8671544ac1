import assert from "node:assert/strict";
import test from "node:test";
import { textIndex } from "./textLanguage.ts";

test("subtitles are in the first of the person's languages that there is, otherwise in the first there is", () => {
  assert.equal(textIndex(["it", "en"], ["en-GB", "it"]), 1);
  assert.equal(textIndex(["it-IT", "en"], ["it"]), 0);
  assert.equal(textIndex(["it", null, undefined], ["de"]), 0);
  assert.equal(textIndex(["it"], []), 0);
  assert.equal(textIndex([], ["it"]), -1);
});
