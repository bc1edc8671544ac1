// Where notifications may go. An endpoint comes from anybody who subscribes: it must not lead into our own network.
import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { pushErrors } from "./errors.ts";

/** Names that mean this machine or this network, whatever a resolver says. */
const localName = /^(?:localhost|.*\.(?:localhost|local|internal|home\.arpa))$|^[^.]*$/i;

/** The endpoint as a URL. Throws `push/endpoint-refused`. */
export function checkEndpoint(endpoint: string, { allowPrivate }: { allowPrivate: boolean }): URL {
  const url = URL.parse(endpoint);
  const refuse = (problem: string) =>
    pushErrors.make("endpoint-refused", { host: url?.host ?? "no address", problem });
  if (!url) throw refuse("it is no URL");
  if (url.protocol !== "https:") throw refuse("it is not https");
  if (url.username || url.password) throw refuse("it carries a name or a password");
  if (allowPrivate) return url;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const local = ipaddr.isValid(host) ? !isPublic(host) : localName.test(host.replace(/\.$/, ""));
  if (local) throw refuse("it is no public address");
  return url;
}

/** Whether an address is one of the Internet at large. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** Resolves a name, and refuses what is not public: a public name may be made to point anywhere at any time. */
export const publicLookup: LookupFunction = (hostname, options, done) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(hostname, all, (failure, addresses: LookupAddress[]) => {
    if (failure) return done(failure, "", 0);
    const inside = addresses.find(({ address }) => !isPublic(address));
    const first = addresses[0];
    if (inside || !first) {
      const facts = { host: hostname, address: inside?.address ?? "no address" };
      return done(pushErrors.make("address-refused", facts), "", 0);
    }
    if (options.all) return done(null, addresses);
    done(null, first.address, first.family);
  });
};
