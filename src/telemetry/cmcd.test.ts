import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import {
  CMCD_KEYS_LIMIT,
  CMCD_LIST_LIMIT,
  CMCD_RECORD_LENGTH_LIMIT,
  CMCD_RECORDS_LIMIT,
  cmcdKeys,
  cmcdNumber,
  type CmcdRecord,
  cmcdText,
  decodeCmcd,
  decodeCmcdLines,
  decodeCmcdQuery,
  encodeCmcd,
  encodeCmcdLines,
  encodeCmcdQuery,
} from "./cmcd.ts";

const event: CmcdRecord = {
  e: "t",
  ts: 1_795_301_664_120,
  sid: "9f2c",
  cid: "match",
  v: 2,
  st: "ll",
  sf: "d",
  sta: "p",
  pr: 1.025,
  br: [
    { value: 3_000, params: { v: true } },
    { value: 128, params: { a: true } },
  ],
  bl: [{ value: 900, params: { v: true } }],
  bs: true,
  msd: 812,
  nor: [{ value: "../v720/935054.0.m4s", params: { r: "0-100" } }],
  [cmcdKeys.glassToGlass]: 1_423.4,
  [cmcdKeys.sync]: -12,
  [cmcdKeys.edge]: "isp-roma",
};

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (failure) {
    if (failure instanceof RegistaError) return failure.code;
    throw failure;
  }
  return "nothing thrown";
};

const key = fc.stringMatching(/^[a-z*][a-z0-9_\-.*]{0,20}$/);
const token = fc.stringMatching(/^[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]{0,12}$/);
const number = fc.oneof(
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  fc.integer({ min: -999_999_999, max: 999_999_999 }).map((thousandths) => thousandths / 1_000),
);
const text = fc.stringMatching(/^[\x20-\x7e]{0,30}$/);
const bare = fc.oneof(number, text, fc.boolean(), fc.record({ token }, { noNullPrototype: true }));
const params = fc.dictionary(key, bare, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const item = fc.oneof(bare, fc.record({ value: bare, params }, { noNullPrototype: true }));
const custom = key.filter((name) => !["e", "ot", "sf", "st", "sta"].includes(name));
const values = fc.dictionary(custom, fc.oneof(item, fc.array(item, { maxLength: 6 })), {
  maxKeys: 12,
  noNullPrototype: true,
});
const words = fc.record(
  { e: token, sta: token, sf: token },
  { requiredKeys: [], noNullPrototype: true },
);
const record = fc.tuple(values, words).map(([some, more]): CmcdRecord => ({ ...some, ...more }));

describe("CMCD version 2", () => {
  it("writes keys in order, words bare, texts quoted, true as the key alone", () => {
    assert.equal(
      encodeCmcd(event),
      'bl=(900;v),br=(3000;v 128;a),bs,cid="match",e=t,it.regista-edge="isp-roma",it.regista-g2g=1423.4,' +
        'it.regista-sync=-12,msd=812,nor=("../v720/935054.0.m4s";r="0-100"),pr=1.025,sf=d,sid="9f2c",st=ll,sta=p,' +
        "ts=1795301664120,v=2",
    );
  });

  it("reads back every record that it writes", () => {
    fc.assert(
      fc.property(record, (some) => assert.deepEqual(decodeCmcd(encodeCmcd(some)), some)),
      { seed: 5004, numRuns: 2_000 },
    );
  });

  it("carries a record through a query", () => {
    fc.assert(
      fc.property(record, (some) =>
        assert.deepEqual(decodeCmcdQuery(`?a=b&${encodeCmcdQuery(some)}`), some),
      ),
      { seed: 5004, numRuns: 500 },
    );
    assert.equal(decodeCmcdQuery("a=b"), null);
  });

  it("carries many records as lines, and an unreadable line costs only itself", () => {
    const body = `${encodeCmcdLines([event, event])}\r\n\n{"json":1}\n${encodeCmcd({ e: "ps" })}\n`;
    const { records, refused, why } = decodeCmcdLines(body);
    assert.deepEqual(records, [event, event, { e: "ps" }]);
    assert.equal(refused, 1);
    assert.equal(why?.code, "telemetry/cmcd-malformed");
  });

  it("finds numbers and texts also inside lists", () => {
    assert.equal(cmcdNumber(event, "br"), 3_000);
    assert.equal(cmcdNumber(event, "sid"), null);
    assert.equal(cmcdNumber(event, "constructor"), null);
    assert.equal(cmcdText(event, "sid"), "9f2c");
    assert.equal(cmcdText(decodeCmcd("com.example-x=word"), "com.example-x"), "word");
    assert.equal(cmcdText({ bl: [] }, "bl"), null);
  });

  it("writes a character that a text cannot carry as a question mark", () => {
    assert.equal(
      encodeCmcd({ "it.regista-net": 'Rete "Ünica"\n' }),
      'it.regista-net="Rete \\"?nica\\"?"',
    );
  });

  it("writes an instant with fractions as whole milliseconds, a small number with three places", () => {
    assert.equal(
      encodeCmcd({ ts: 1_795_301_664_120.7, x: 0.123_46, y: -0 }),
      "ts=1795301664121,x=0.123,y=0",
    );
  });

  it("refuses to write what has no form", () => {
    assert.equal(
      code(() => encodeCmcd({ BR: 1 })),
      "telemetry/cmcd-unwritable",
    );
    assert.equal(
      code(() => encodeCmcd({ br: Number.NaN })),
      "telemetry/cmcd-unwritable",
    );
    assert.equal(
      code(() => encodeCmcd({ br: 1e15 })),
      "telemetry/cmcd-unwritable",
    );
    assert.equal(
      code(() => encodeCmcd({ e: "two words" })),
      "telemetry/cmcd-unwritable",
    );
    assert.equal(
      code(() => encodeCmcd({ x: { value: 1, params: { A: true } } })),
      "telemetry/cmcd-unwritable",
    );
  });

  it("refuses broken text, and says where", () => {
    for (const wrong of [
      "a=",
      "a=1,",
      ",a",
      "a=1 b=2",
      'a="x',
      'a="x\\n"',
      "a=?2",
      "a=(1",
      "a=(1,2)",
      "a=1.2345",
      "A=1",
      "a=1;",
    ])
      assert.equal(
        code(() => decodeCmcd(wrong)),
        "telemetry/cmcd-malformed",
        wrong,
      );
    assert.equal(
      code(() => decodeCmcd("a=1234567890123456")),
      "telemetry/cmcd-malformed",
    );
  });

  it("stands at its limits and refuses one more", () => {
    const keys = (count: number): string =>
      Array.from({ length: count }, (_, n) => `k${n}`).join(",");
    const list = (count: number): string =>
      `a=(${Array.from({ length: count }, () => "1").join(" ")})`;
    const long = (length: number): string => `a="${"x".repeat(length - 4)}"`;
    assert.equal(Object.keys(decodeCmcd(keys(CMCD_KEYS_LIMIT))).length, CMCD_KEYS_LIMIT);
    assert.equal(
      code(() => decodeCmcd(keys(CMCD_KEYS_LIMIT + 1))),
      "telemetry/cmcd-too-large",
    );
    assert.equal(
      code(() => decodeCmcd(list(CMCD_LIST_LIMIT))),
      "nothing thrown",
    );
    assert.equal(
      code(() => decodeCmcd(list(CMCD_LIST_LIMIT + 1))),
      "telemetry/cmcd-too-large",
    );
    assert.equal(
      code(() => decodeCmcd(long(CMCD_RECORD_LENGTH_LIMIT))),
      "nothing thrown",
    );
    assert.equal(
      code(() => decodeCmcd(long(CMCD_RECORD_LENGTH_LIMIT + 1))),
      "telemetry/cmcd-too-large",
    );
    const lines = decodeCmcdLines("v=2\n".repeat(CMCD_RECORDS_LIMIT + 3));
    assert.equal(lines.records.length, CMCD_RECORDS_LIMIT);
    assert.equal(lines.refused, 3);
  });

  it("returns or throws a RegistaError for ten thousand mutated records", () => {
    const seed = encodeCmcd(event);
    const alphabet = '",;=()?-*. \\\t09azAZ\u0000é';
    let state = 5004;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    let read = 0;
    for (let run = 0; run < 10_000; run += 1) {
      let mutant = seed;
      for (let change = random(4); change >= 0; change -= 1) {
        const at = random(mutant.length + 1);
        const letter = alphabet[random(alphabet.length)] as string;
        mutant =
          mutant.slice(0, at) + (random(3) === 0 ? "" : letter) + mutant.slice(at + random(3));
      }
      if (code(() => decodeCmcd(mutant)) === "nothing thrown") read += 1;
    }
    assert.ok(read > 100 && read < 9_900, `${read} of the mutants were read`);
  });
});
