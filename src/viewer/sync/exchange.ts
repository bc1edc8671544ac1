// One question for the time and its answer, and why one is not believed. Pure.
import { GRAIN_MS, ROUND_TRIP_LIMIT_MS, SERVER_TIME_LIMIT_MS, UTC_LIMIT_MS } from "./limits.ts";

/**
 * The four timestamps of RFC 5905 8: question sent and answer received on the local monotonic clock (ms), question
 * received and answer sent on the server's (UTC ms). With one instant of the server, give it twice.
 */
export interface Exchange {
  sentAt: number;
  receivedAt: number;
  serverReceivedUtcMs: number;
  serverSentUtcMs: number;
}

/** Why an exchange is not taken: name and sentence. The clock goes on as it was. */
export const exchangeRefusals = {
  "not-a-time": "a timestamp that is no finite number, or no instant",
  "before-the-question": "the answer came before the question was sent",
  "sent-before-received": "the server answered before it was asked, by its own clock",
  "held-too-long": `the server held the question for more than ${SERVER_TIME_LIMIT_MS} ms`,
  "longer-than-the-trip": "the server held the question for longer than the whole exchange took",
  "too-slow": `the exchange took more than ${ROUND_TRIP_LIMIT_MS} ms`,
  "too-old": "older than the exchanges that are remembered",
  contrary: "contradicts the earlier exchanges beyond the error of both",
} as const;
export type ExchangeRefusal = keyof typeof exchangeRefusals;
export type ExchangeOutcome = "taken" | ExchangeRefusal;

/** What an exchange says: at the local reading `at` the offset to UTC was `offsetMs`, within `errorMs`. */
export interface Sample {
  at: number;
  offsetMs: number;
  /** Without the server's part. */
  roundTripMs: number;
  /** Half of the round trip, for a path may be all one way, and the grain of the readings. */
  errorMs: number;
}

/** What is wrong with the exchange itself, or null. */
export function exchangeFault(exchange: Exchange): ExchangeRefusal | null {
  const { sentAt, receivedAt, serverReceivedUtcMs, serverSentUtcMs } = exchange;
  if (!Number.isFinite(sentAt) || !Number.isFinite(receivedAt)) return "not-a-time";
  if (!isInstant(serverReceivedUtcMs) || !isInstant(serverSentUtcMs)) return "not-a-time";
  const took = receivedAt - sentAt;
  const held = serverSentUtcMs - serverReceivedUtcMs;
  if (took < 0) return "before-the-question";
  if (took > ROUND_TRIP_LIMIT_MS) return "too-slow";
  if (held < 0) return "sent-before-received";
  if (held > SERVER_TIME_LIMIT_MS) return "held-too-long";
  return held > took + GRAIN_MS ? "longer-than-the-trip" : null;
}

/** The offset by RFC 5905 8, ((t1 − t0) + (t2 − t3)) / 2, of an exchange without fault. */
export function sampleOf(exchange: Exchange): Sample {
  const { sentAt, receivedAt, serverReceivedUtcMs, serverSentUtcMs } = exchange;
  const held = serverSentUtcMs - serverReceivedUtcMs;
  const roundTripMs = Math.max(0, receivedAt - sentAt - held);
  return {
    at: sentAt + (receivedAt - sentAt) / 2,
    offsetMs: (serverReceivedUtcMs - sentAt + (serverSentUtcMs - receivedAt)) / 2,
    roundTripMs,
    errorMs: roundTripMs / 2 + GRAIN_MS,
  };
}

const isInstant = (utcMs: number): boolean => utcMs >= 0 && utcMs <= UTC_LIMIT_MS;
