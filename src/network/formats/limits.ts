// What is read of others' files, each with its unit and reason.

/** The largest JSON document read, bytes: the whole PeeringDB in one file has some 60 million. */
export const JSON_BYTES_LIMIT = 128 * 1024 * 1024;
/** The largest IX-F Member Export read, bytes: the largest exchanges' have some four million. */
export const IXF_BYTES_LIMIT = 32 * 1024 * 1024;
/** Exchanges in one document: PeeringDB knows some 1,300. */
export const EXCHANGES_LIMIT = 10_000;
/** Members in one IX-F document, which may tell of several exchanges of one operator. */
export const MEMBERS_LIMIT = 10_000;
/** Rows of one kind in a PeeringDB document: it holds some 35,000 networks and 60,000 ports. */
export const ROWS_LIMIT = 500_000;
/** Connections of a member, interfaces of a connection and VLANs of it: the busiest members have some 30. */
export const PARTS_LIMIT = 256;

/** Lines in one table of addresses: ten times what the whole routing table makes. */
export const TABLE_LINES_LIMIT = 10_000_000;
/** The longest line of a table, characters: two addresses, a number and a name. */
export const TABLE_LINE_LENGTH_LIMIT = 512;
/** The largest MMDB file read, bytes: it is held in memory while it is walked. */
export const MMDB_BYTES_LIMIT = 256 * 1024 * 1024;
/** Rows between two moments at which whatever else the process does gets its turn: some 10 ms of work. */
export const ROWS_BETWEEN_PAUSES = 4_096;
/** The longest name of a network or an exchange that is kept, characters; the rest is cut off. */
export const NAME_LENGTH_LIMIT = 128;
/** Different warnings of one document that are told one by one; the rest is told as a number. */
export const WARNINGS_LIMIT = 50;
