// What is read and held of networks, each with its unit and reason.

/** The longest text that is read as an address or a prefix: the longest IPv6 prefix has 49 characters. */
export const ADDRESS_LENGTH_LIMIT = 64;

/**
 * IPv4 prefixes inside one /8 from which on that /8 has an answer for every /24 side by side, which takes 256 KiB: at
 * most one KiB a prefix, and 64 MiB in all. With less than half of them the memory goes back.
 */
export const DIRECT_FROM_PREFIXES = 256;
