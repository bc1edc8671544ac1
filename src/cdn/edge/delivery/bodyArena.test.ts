import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BodyArena, ownMemory } from "./bodyArena.ts";

test("a body reads back as it came, whatever its pieces and whether its length was known", () => {
  const lengths = fc.array(fc.nat(70_000), { maxLength: 6 });
  fc.assert(
    fc.property(lengths, fc.boolean(), (lengths, known) => {
      const pieces = lengths.map((length, at) => Buffer.alloc(length, `${at}:${length};`));
      const all = Buffer.concat(pieces);
      const arena = new BodyArena(known ? all.length : null, ownMemory);
      const views = pieces.map((piece) => {
        const source = Uint8Array.from(piece);
        const view = arena.append(source);
        source.fill(0); // the reader may use its buffer again
        return view;
      });
      assert.equal(arena.size, all.length);
      assert.ok(all.equals(arena.whole()));
      for (const [at, view] of views.entries())
        assert.ok(view.equals(pieces[at] as Buffer), "what was handed out stays as it was");
    }),
    { numRuns: 100, seed: 7 },
  );
});

test("a body of known length takes one allocation, and is whole without a copy", () => {
  const asked: number[] = [];
  const arena = new BodyArena(150_000, (bytes) => {
    asked.push(bytes);
    return new SharedArrayBuffer(bytes);
  });
  const view = arena.append(new Uint8Array(100_000));
  arena.append(new Uint8Array(50_000));
  assert.deepEqual(asked, [150_000]);
  assert.ok(view.buffer instanceof SharedArrayBuffer);
  assert.equal(arena.whole().buffer, view.buffer);
  assert.deepEqual(asked, [150_000]);
});

test("a growing body asks for memory a logarithm of times", () => {
  let asked = 0;
  const arena = new BodyArena(null, (bytes) => {
    asked++;
    return new ArrayBuffer(bytes);
  });
  for (let round = 0; round < 500; round++) arena.append(new Uint8Array(3_000));
  assert.ok(asked <= 6, `${asked} allocations for 1.5 MB`);
});
