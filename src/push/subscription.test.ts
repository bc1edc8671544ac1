import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { checkEndpoint } from "./endpoint.ts";
import { ENDPOINT_LENGTH_LIMIT } from "./limits.ts";
import { readEnding, readSubscription } from "./subscription.ts";

const p256dh = createECDH("prime256v1").generateKeys("base64url");
const auth = Buffer.alloc(16, 7).toString("base64url");
const endpoint = "https://push.example.com/send/1";
const body = (over: object = {}, subscription: object = {}): string =>
  JSON.stringify({
    ...{ v: 1, cohort: "it/roma" },
    subscription: { endpoint, expirationTime: null, keys: { p256dh, auth }, ...subscription },
    ...over,
  });

const refuses = (work: () => unknown, code: string, words = /./): void =>
  assert.throws(
    work,
    (failure) =>
      failure instanceof RegistaError && failure.code === code && words.test(failure.message),
  );

test("what a browser's PushSubscription gives is read", () => {
  assert.deepEqual(readSubscription(body()), {
    ...{ endpoint, p256dh, auth, cohort: "it/roma", kinds: null, expiresMs: null },
  });
  const { kinds } = readSubscription(body({ kinds: ["goal", "var"] }));
  assert.deepEqual(kinds, ["goal", "var"]);
  assert.equal(readEnding(JSON.stringify({ endpoint })), endpoint);
});

test("a subscription that could never be sent to is refused, with what is wrong", () => {
  const offCurve = Buffer.alloc(65, 4).toString("base64url");
  const cases: [string, RegExp][] = [
    ["{", /JSON/],
    ["null", /body/],
    [body({ v: 2 }), /v/],
    [body({ cohort: "ROMA" }), /cohort/],
    [body({ kinds: ["chat"] }), /kinds/],
    [body({ kinds: [] }), /kinds/],
    [body({}, { keys: { p256dh: "AAAA", auth } }), /p256dh.*65 bytes/],
    [body({}, { keys: { p256dh: offCurve, auth } }), /no point/],
    [body({}, { keys: { p256dh, auth: "AAAA" } }), /auth.*16 bytes/],
    [body({}, { endpoint: `https://a.com/${"x".repeat(ENDPOINT_LENGTH_LIMIT)}` }), /endpoint/],
  ];
  for (const [text, words] of cases)
    refuses(() => readSubscription(text), "push/bad-subscription", words);
});

test("nothing is sent into private networks, in whatever way they are written", () => {
  for (const host of [
    ...["localhost", "localhost.", "a.localhost", "printer", "nas.local", "db.internal"],
    ...["127.0.0.1", "127.1", "0x7f000001", "2130706433", "10.0.0.1", "192.168.1.1"],
    ...["172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"],
    ...["[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]"],
  ])
    refuses(
      () => checkEndpoint(`https://${host}/send`, { allowPrivate: false }),
      "push/endpoint-refused",
    );
  assert.equal(checkEndpoint(endpoint, { allowPrivate: false }).host, "push.example.com");
  assert.ok(checkEndpoint("https://127.0.0.1:1/", { allowPrivate: true }));
});

test("only https without a password is an endpoint", () => {
  for (const text of ["http://push.example.com/", "https://me:secret@push.example.com/", "x", ""])
    refuses(() => checkEndpoint(text, { allowPrivate: true }), "push/endpoint-refused");
});

test("ten thousand mangled subscriptions are read or refused with their code", () => {
  const text = body({ kinds: ["goal"] });
  const cut = fc.record({ at: fc.nat(text.length), drop: fc.nat(20), put: fc.string() });
  for (const { at, drop, put } of fc.sample(cut, { seed: 8, numRuns: 10_000 })) {
    try {
      readSubscription(text.slice(0, at) + put + text.slice(at + drop));
    } catch (failure) {
      assert.ok(failure instanceof RegistaError && failure.code === "push/bad-subscription");
    }
  }
});
