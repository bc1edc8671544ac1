// Addresses, prefixes, and the table that finds the longest one. Pure: no sockets, no clock.
export { type Address, addressOf, parseAddress } from "./address.ts";
export { LongestPrefixTable } from "./longestPrefix.ts";
export {
  covers,
  orderOf,
  parsePrefix,
  type Prefix,
  prefixesOfRange,
  prefixOf,
  rangeOf,
} from "./prefix.ts";
