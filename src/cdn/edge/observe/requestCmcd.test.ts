import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeCmcdQuery, cmcdKeys } from "#telemetry/cmcd";
import { CmcdCounters } from "./cmcdCounters.ts";
import { type RequestCmcd, requestCmcd } from "./requestCmcd.ts";

const nothing: RequestCmcd = { sid: null, ot: null, bl: null, mtp: null, bs: false, su: false };

test("a request without a report has none, wherever the letters stand", () => {
  for (const query of ["", "a=1", "XCMCD=bs", "CMCD", "cmcd=bs"])
    assert.equal(requestCmcd(query), null);
});

test("session, type, buffer and throughput are read, of version 1 and of version 2's lists", () => {
  const one = requestCmcd("a=1&CMCD=bl%3D2100%2Cbs%2Cmtp%3D4800%2Cot%3Dv%2Csid%3D%22a%2Cb%22&z=2");
  assert.deepEqual(one, { ...nothing, sid: "a,b", ot: "v", bl: 2_100, mtp: 4_800, bs: true });
  const refused = requestCmcd("CMCD=bs=?0,su=%3F0");
  assert.deepEqual(refused, nothing);
  const two = requestCmcd("CMCD=bl=(1500;v%20900;a),mtp=(7000;v),ot=av,su,v=2");
  assert.deepEqual(two, { ...nothing, ot: "av", bl: 1_500, mtp: 7_000, su: true });
});

test("a session that is too long, or text that is no percent-encoding, is no session", () => {
  assert.equal(requestCmcd(`CMCD=sid%3D%22${"a".repeat(65)}%22`)?.sid, null);
  assert.equal(requestCmcd("CMCD=sid%3D%22%E0%A4%22")?.sid, null);
  assert.equal(requestCmcd("CMCD=%E0%A4%A"), null);
});

test("what our own encoder writes is read back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60_000 }),
      fc.stringMatching(/^[ -~]{1,40}$/).filter((sid) => !/["\\]/.test(sid)),
      (bl, sid) => {
        const query = encodeCmcdQuery({ bl, sid, ot: "a", [cmcdKeys.edge]: "isp-roma" });
        assert.deepEqual(requestCmcd(query), { ...nothing, bl, sid, ot: "a" });
      },
    ),
  );
});

test("ten thousand mutilated reports do no harm", () => {
  const report = 'CMCD=bl%3D2100%2Cbs%2Cmtp%3D4800%2Cot%3Dv%2Csid%3D"a%2C\\"b"';
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(report.length), fc.stringMatching(/^[ -~]{0,3}$/)), {
        maxLength: 4,
      }),
      (edits) => {
        let text = report;
        for (const [at, by] of edits)
          text = text.slice(0, at) + by + text.slice(at + by.length + 1);
        const read = requestCmcd(text);
        assert.ok(read === null || read.bl === null || read.bl >= 0);
      },
    ),
    { numRuns: 10_000, seed: 20_261_121 },
  );
});

test("reports become counters that add up", () => {
  const counters = new CmcdCounters();
  counters.saw({ ...nothing, ot: "v", bl: 240, bs: true, mtp: 3_000 });
  counters.saw({ ...nothing, ot: "a", bl: 1_999, su: true, mtp: 1e12 });
  counters.saw({ ...nothing, ot: "nonsense" });
  const counts = counters.all();
  assert.equal(counts.cmcdRequests, 3);
  assert.equal(counts.cmcdVideo + counts.cmcdAudio + counts.cmcdOther, 3);
  assert.deepEqual([counts.cmcdStarved, counts.cmcdUrgent], [1, 1]);
  assert.deepEqual([counts.cmcdBufferBelow250Ms, counts.cmcdBufferBelow2000Ms], [1, 1]);
  assert.equal(counts.cmcdThroughputKbps, 10_003_000);
});
