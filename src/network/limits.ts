// What is read and held of networks, each with its unit and reason.

/** The longest text that is read as an address or a prefix: the longest IPv6 prefix has 49 characters. */
export const ADDRESS_LENGTH_LIMIT = 64;

/**
 * IPv4 prefixes from which on a table has every /24 side by side: 64 MiB of address space, of which pages without
 * prefixes are never touched. A trie of fewer fits in a processor's own cache. With half as many the memory goes back.
 */
export const DIRECT_FROM_PREFIXES = 16_384;
