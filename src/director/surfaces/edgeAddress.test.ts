import assert from "node:assert/strict";
import test from "node:test";
import { addressesOf, urlFor } from "./edgeAddress.ts";

const both = {
  url: "http://192.0.2.1:8091",
  addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1", "nonsense"],
};

test("a viewer gets the edge's URL in its own address family, the port kept", () => {
  assert.equal(urlFor(both, 4), "http://192.0.2.1:8091");
  assert.equal(urlFor(both, 6), "http://[2001:db8::1]:8091");
  assert.equal(
    urlFor({ url: "http://[2001:db8::9]", addresses: ["192.0.2.3"] }, 4),
    "http://192.0.2.3",
  );
});

test("a name, or the only address there is, stays as it was declared", () => {
  assert.equal(
    urlFor({ url: "https://edge.example/a", addresses: ["2001:db8::1"] }, 6),
    "https://edge.example/a",
  );
  assert.equal(urlFor({ url: "http://192.0.2.1:8091" }, 6), "http://192.0.2.1:8091");
});

test("addresses are those of one family, and of a URL's host when none are declared", () => {
  assert.deepEqual(addressesOf(both, 4), ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(addressesOf(both, 6), ["2001:db8::1"]);
  assert.deepEqual(addressesOf({ url: "http://[::1]:80" }, 6), ["::1"]);
  assert.deepEqual(addressesOf({ url: "https://edge.example" }, 4), []);
});
