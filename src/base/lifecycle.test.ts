import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope } from "./lifecycle.ts";

test("a scope closes what it owns in reverse order, once", async () => {
  const scope = new Scope();
  const closed: string[] = [];
  scope.defer(() => void closed.push("first opened"));
  scope.defer(async () => void closed.push("last opened"));
  await Promise.all([scope.close(), scope.close()]);
  await scope.close();
  assert.deepEqual(closed, ["last opened", "first opened"]);
});

test("a closer that fails does not keep the others from closing", async () => {
  const scope = new Scope();
  let closed = false;
  scope.defer(() => void (closed = true));
  scope.defer(() => {
    throw new Error("stuck");
  });
  await assert.rejects(scope.close(), /stuck/);
  assert.ok(closed);
});

test("what is given to a closed scope is closed at once", async () => {
  const scope = new Scope();
  await scope.close();
  let closed = false;
  scope.own({ close: async () => void (closed = true) });
  assert.ok(closed);
});
