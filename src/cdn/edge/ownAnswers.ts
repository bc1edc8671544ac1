// What the edge answers by itself: the clock, its status, its metrics.
import { isoTime } from "#base";
import type { Clock } from "#base/clock";
import { corsHeaders, type HeaderList, type HttpReply, type HttpRequest } from "#http";

const fieldsOf = (type: string): HeaderList => [
  ...corsHeaders,
  ["Content-Type", type],
  ["Cache-Control", "no-store"],
];

/**
 * `GET /time`: UTC for players, as text that DASH's UTCTiming reads (urn:mpeg:dash:utc:http-iso:2014 and
 * http-xsdate:2014, ISO/IEC 23009-1 5.8.4.11), in whole milliseconds. In fields of our own with their fraction: when the
 * question was received, and when the answer is written, the server's two timestamps of RFC 5905 8.
 */
export function answerTime(reply: HttpReply, { receivedAt }: HttpRequest, clock: Clock): void {
  const now = clock.utc();
  const heldMs = Math.max(0, clock.monotonic() - receivedAt);
  reply.send(
    200,
    [
      ...fieldsOf("text/plain"),
      ["Regista-Received-Utc-Ms", (now - heldMs).toFixed(3)],
      ["Regista-Utc-Ms", now.toFixed(3)],
    ],
    isoTime(now),
  );
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
