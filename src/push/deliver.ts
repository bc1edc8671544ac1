// One notification to one phone's push service: encrypted (RFC 8291), signed (RFC 8292), handed over (RFC 8030).
import { type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import webPush from "web-push";
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import { checkEndpoint, publicLookup } from "./endpoint.ts";
import { ANSWER_BYTES_LIMIT, SEND_DEADLINE_MS, SENDS_AT_ONCE } from "./limits.ts";
import type { Notification } from "./notification.ts";
import type { Subscription } from "./subscription.ts";
import type { Vapid } from "./vapid.ts";

/** What came of one sending: rows for counters and for what is done next. */
export const outcomes = {
  accepted: "the push service took it",
  gone: "the subscription has ended (404, 410)",
  later: "the push service cannot take it now (429, 5xx, no answer)",
  refused: "the push service will not take it (any other answer)",
} as const;
export type Outcome = keyof typeof outcomes;

export interface Delivery {
  readonly outcome: Outcome;
  /** What the push service asks us to wait, ms; 0 where it asks for nothing. */
  readonly retryAfterMs: number;
  /** For the log. */
  readonly why: string;
}

export interface SenderOptions {
  readonly vapid: Vapid;
  readonly clock: Clock;
  /** Also to addresses that are not public: for a test on one machine. */
  readonly allowPrivate: boolean;
  /** Authorities besides Node's own, PEM; null: none. */
  readonly ca: string | null;
}

/** Keeps connections to push services, {@link SENDS_AT_ONCE} at most to one. */
export class Sender implements Closable {
  readonly #options: SenderOptions;
  readonly #agent: Agent;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: SENDS_AT_ONCE,
      maxTotalSockets: 2 * SENDS_AT_ONCE,
      ...(options.allowPrivate ? {} : { lookup: publicLookup }),
      ...(options.ca === null ? {} : { ca: options.ca }),
    });
  }

  /** Sends; `ttlS` is how long the push service may keep it for a phone that is away. Never rejects. */
  async send(
    subscription: Subscription,
    notification: Notification,
    ttlS: number,
  ): Promise<Delivery> {
    try {
      const url = checkEndpoint(subscription.endpoint, this.#options);
      const { p256dh, auth } = subscription;
      const { cipherText } = webPush.encrypt(p256dh, auth, notification.payload, "aes128gcm");
      const headers = {
        authorization: this.#options.vapid.header(url.origin),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "content-length": cipherText.length,
        ttl: ttlS,
        urgency: "high",
        topic: notification.topic,
      };
      return deliveryOf(await this.#post(url, headers, cipherText));
    } catch (failure) {
      return { outcome: "later", retryAfterMs: 0, why: sentenceOf(failure) };
    }
  }

  close(): Promise<void> {
    this.#agent.destroy();
    return Promise.resolve();
  }

  #post(
    url: URL,
    headers: Record<string, string | number>,
    body: Buffer,
  ): Promise<{ status: number; retryAfter: string | undefined }> {
    return new Promise((resolve, reject) => {
      const post = request(url, { method: "POST", headers, agent: this.#agent }, (answer) => {
        const { statusCode = 0, headers } = answer;
        readAway(answer);
        resolve({ status: statusCode, retryAfter: headers["retry-after"] });
        answer.once("close", () => limit.cancel());
      });
      const limit = this.#options.clock.after(ms(SEND_DEADLINE_MS), () =>
        post.destroy(new Error("the push service did not answer in time")),
      );
      post.once("error", (failure) => {
        limit.cancel();
        reject(failure);
      });
      post.end(body);
    });
  }
}

/** Lets an answer's body pass by; one that is long ends its connection. */
function readAway(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_LIMIT) answer.destroy();
  });
  answer.once("error", () => answer.destroy());
}

/** RFC 8030 5 and 7.3: 201 is taken, 404 and 410 are over for good, 429 and 5xx are for another time. */
function deliveryOf({
  status,
  retryAfter,
}: {
  status: number;
  retryAfter?: string | undefined;
}): Delivery {
  const why = `it answered ${status}`;
  if (status >= 200 && status < 300) return { outcome: "accepted", retryAfterMs: 0, why };
  if (status === 404 || status === 410) return { outcome: "gone", retryAfterMs: 0, why };
  if (status !== 429 && status < 500) return { outcome: "refused", retryAfterMs: 0, why };
  const seconds = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) : 0;
  return { outcome: "later", retryAfterMs: seconds * 1_000, why };
}
