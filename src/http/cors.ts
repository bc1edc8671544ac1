// Browsers from any page may read what is served here (WHATWG Fetch 3.2).
import type { HeaderList, HttpReply } from "./types.ts";

/** A day: the longest that browsers keep a preflight's answer; they cut it to their own limit. */
const PREFLIGHT_S = 86_400;

/** On every answer of the data plane. Timing-Allow-Origin: Resource Timing; CMSD: CTA-5006. */
export const corsHeaders: HeaderList = [
  ["Access-Control-Allow-Origin", "*"],
  [
    "Access-Control-Expose-Headers",
    "Age, Cache-Status, CMSD-Dynamic, CMSD-Static, Content-Length, Content-Range, Date, ETag, Regista-Received-Utc-Ms, Regista-Utc-Ms",
  ],
  ["Timing-Allow-Origin", "*"],
];

const preflightHeaders: HeaderList = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, OPTIONS"],
  ["Access-Control-Allow-Headers", "Content-Type, Range, If-None-Match"],
  ["Access-Control-Max-Age", String(PREFLIGHT_S)],
  ["Cache-Control", `max-age=${PREFLIGHT_S}`],
  ["Timing-Allow-Origin", "*"],
];

/** Answers OPTIONS. */
export function answerPreflight(reply: HttpReply): void {
  reply.send(204, preflightHeaders);
}
