import assert from "node:assert/strict";
import test from "node:test";
import { ownListeners } from "./ownListeners.ts";

test("what was added while owned is removed, what was there before and comes after stays", () => {
  const target = new EventTarget();
  const heard: string[] = [];
  target.addEventListener("canplay", () => heard.push("before"));
  const release = ownListeners(target);
  target.addEventListener("canplay", () => heard.push("owned"), { once: true });
  target.addEventListener("canplay", () => heard.push("owned too"));
  release();
  target.addEventListener("canplay", () => heard.push("after"));
  target.dispatchEvent(new Event("canplay"));
  assert.deepEqual(heard, ["before", "after"]);
});
