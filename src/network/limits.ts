// What is read and held of networks, each with its unit and reason.

/** The longest text that is read as an address or a prefix: the longest IPv6 prefix has 49 characters. */
export const ADDRESS_LENGTH_LIMIT = 64;

/**
 * IPv4 prefixes inside one /8 from which on that /8 has an answer for every /24 side by side, which takes 256 KiB: at
 * most one KiB a prefix, and 64 MiB in all. With less than half of them the memory goes back.
 */
export const DIRECT_FROM_PREFIXES = 256;

/**
 * Ranges inside one /32 of IPv6: a change moves all that lie behind it, 128 KiB at most. The largest of the public table
 * has a quarter of them. A /32 with more is left to the trie until its longer prefixes are gone.
 */
export const HEAD_RANGES_LIMIT = 16_384;
