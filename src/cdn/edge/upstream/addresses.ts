// The addresses that an edge is given to fetch from.
import { edgeErrors } from "../errors.ts";
import { UPSTREAMS_LIMIT } from "./limits.ts";

/** Base addresses without a slash at their end, each once, in their order. Throws `edge/bad-upstream`. */
export function upstreamAddresses(given: readonly string[]): readonly string[] {
  for (const upstream of given) {
    const url = URL.parse(upstream);
    if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
      throw edgeErrors.make("bad-upstream", { upstream });
  }
  const addresses = [...new Set(given.map((upstream) => upstream.replace(/\/+$/, "")))];
  if (addresses.length === 0 || addresses.length > UPSTREAMS_LIMIT)
    throw edgeErrors.make("bad-upstream", { upstream: `A list of ${addresses.length}` });
  return addresses;
}
