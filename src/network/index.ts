// Addresses, prefixes, and the table that finds the longest one. Pure: no sockets, no clock.
export {
  type Address,
  covers,
  parseAddress,
  parsePrefix,
  type Prefix,
  PrefixTable,
} from "./prefixes.ts";
