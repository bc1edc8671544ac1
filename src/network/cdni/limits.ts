// What is read of an advertisement, each with its unit and reason.

/** The longest text read, characters: what the director takes of a carrier. */
export const ADVERTISEMENT_LENGTH_LIMIT = 1_048_576;
/** Capabilities at most: a network has a handful, one a footprint. */
export const CAPABILITIES_LIMIT = 256;
/** Footprint objects of one capability or one union. */
export const FOOTPRINTS_LIMIT = 256;
/** Values of all footprints of an advertisement: the largest networks announce a few thousand prefixes. */
export const VALUES_LIMIT = 20_000;
/** Capacity limits, and telemetry sources or metrics, of one capability. */
export const ENTRIES_LIMIT = 64;
/** The longest id, name or host, characters. */
export const NAME_LENGTH_LIMIT = 256;
