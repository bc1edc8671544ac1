// What is read and held of networks, each with its unit and reason.

/** The longest text that is read as an address or a prefix: the longest IPv6 prefix has 49 characters. */
export const ADDRESS_LENGTH_LIMIT = 64;
