// What the edge answers by itself: the clock, its status, its metrics.
import { isoTime, type UtcMs } from "#base";
import { corsHeaders, type HeaderList, type HttpReply } from "#http";

const fieldsOf = (type: string): HeaderList => [
  ...corsHeaders,
  ["Content-Type", type],
  ["Cache-Control", "no-store"],
];

/**
 * `GET /time`: UTC for players, as text that DASH's UTCTiming reads (urn:mpeg:dash:utc:http-iso:2014 and
 * http-xsdate:2014, ISO/IEC 23009-1 5.8.4.11), in whole milliseconds, with its fraction in a field of our own.
 */
export function answerTime(reply: HttpReply, now: UtcMs): void {
  reply.send(200, [...fieldsOf("text/plain"), ["Regista-Utc-Ms", now.toFixed(3)]], isoTime(now));
}

/** `GET /status`. */
export function answerStatus(reply: HttpReply, status: unknown): void {
  reply.send(200, fieldsOf("application/json"), `${JSON.stringify(status)}\n`);
}

/** `GET /metrics`. */
export function answerMetrics(
  reply: HttpReply,
  { type, text }: { type: string; text: string },
): void {
  reply.send(200, fieldsOf(type), text);
}
