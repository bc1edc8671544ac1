// What the name server holds, tells and waits for, each with its unit and reason.
import { ms } from "#base";

/** How long a resolver keeps an answer, s: a viewer who resolves anew finds what is true now, and resolvers ask once. */
export const ANSWER_TTL_S = 20;
/** How long it keeps that a name or a type does not exist, s (RFC 2308 5). */
export const NEGATIVE_TTL_S = 60;
/** How long SOA and NS are kept, s: they change with the operator's set-up alone. */
export const ZONE_TTL_S = 3_600;
/** Addresses in an answer at most: where to go, and enough to fall back on. */
export const ADDRESSES_LIMIT = 4;

/** The largest UDP answer, bytes: below it nothing is fragmented (DNS Flag Day 2020). */
export const UDP_PAYLOAD_LIMIT = 1_232;
/** What every resolver takes without EDNS, bytes (RFC 1035 4.2.1). */
export const UDP_PAYLOAD_LEAST = 512;
/** The longest TCP message, bytes: its length has 16 bits. A query is far shorter; longer ones close the connection. */
export const TCP_QUERY_LIMIT = 4_096;
/** TCP connections at once; resolvers keep few. */
export const TCP_CONNECTIONS_LIMIT = 1_000;
/** Answers that wait in a connection whose peer does not read, bytes; beyond that it is closed. */
export const TCP_UNREAD_LIMIT = 65_536;
/** A connection on which nothing came for so long is closed (RFC 7766 6.2.3). */
export const TCP_IDLE_MS = ms(10_000);
/** How often idle connections are looked for. */
export const TCP_CHECK_MS = ms(1_000);
/** How often a port is looked for that is free in UDP and TCP, where any may be taken. */
export const PORT_ATTEMPTS = 20;

/** UDP answers a second to one /24 or /56: what a country's resolver asks with that TTL for all its networks. */
export const RESPONSES_PER_S = 500;
/** Every so manieth answer above that rate is sent cut short: who was no forgery comes again by TCP. */
export const SLIP = 2;
/** Rows for the sources of a second; two that share one share its rate. */
export const RATE_ROWS = 65_536;

/** The bits of a viewer's address that a decision looks at: what one household, or one small site, has. */
export const VIEWER_BITS = { 4: 24, 6: 48 } as const;
