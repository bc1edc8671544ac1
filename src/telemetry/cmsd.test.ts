import assert from "node:assert/strict";
import { test } from "node:test";
import { cmsdDynamic, cmsdStatic } from "./cmsd.ts";

test("an object's static keys are written in order: numbers whole, tokens bare, names quoted", () => {
  assert.equal(
    cmsdStatic({ ot: "v", st: "l", br: 399.6, d: 320, at: 1_795_301_664_120.4, n: 'o"1' }),
    'at=1795301664120,br=400,d=320,n="o\\"1",ot=v,st=l',
  );
});

test("a key that is not known is not said", () => {
  assert.equal(cmsdStatic({ ot: "m", sf: "h", ...{ ht: undefined as never } }), "ot=m,sf=h");
});

test("each server on the way adds its own item behind those before", () => {
  const shield = cmsdDynamic(undefined, "shield", { rd: 12.4 });
  assert.equal(shield, '"shield";rd=12');
  assert.equal(cmsdDynamic(shield, "isp-roma", { rd: 3 }), '"shield";rd=12, "isp-roma";rd=3');
  assert.equal(cmsdDynamic(undefined, "e1", {}), '"e1"');
});
