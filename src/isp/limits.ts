// What an access network holds and waits for, each with its unit and reason.
import { ms } from "#base";

/** How often the access link is measured: loads are told over the last second. */
export const MEASURE_PERIOD_MS = ms(1_000);
/** Prefixes at most: the match file allows as many. */
export const PREFIXES_LIMIT = 64;
/** Private interconnects at most: as many as `GET /network` may tell. */
export const PNIS_LIMIT = 256;
/** The largest advertisement taken by `PUT /cdni` or read from a file, bytes: 10,000 prefixes in both families. */
export const CONTRACT_BODY_LIMIT = 524_288;
/** How often the contract file is looked at. */
export const CONTRACT_FILE_PERIOD_MS = ms(1_000);
/** The id of the limit that `cachesMbps` of `PUT /limit` sets, in the advertisement. */
export const LIMIT_ID = "caches";
/** Routes at most: each is a listening socket. */
export const ROUTES_LIMIT = 64;
/** Households are numbered from here within the first IPv4 prefix; below are the gateway and room for servers. */
export const FIRST_HOUSEHOLD = 10;
/** The last household's number. */
export const LAST_HOUSEHOLD = 250;
/** The longest first IPv4 prefix that has room for a gateway and a household, bits. */
export const PREFIX_LENGTH_LIMIT = 30;
