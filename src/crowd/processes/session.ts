// Asking a director where to go, from a viewer's own address; the next director when one is silent.
import { get } from "node:http";
import { ms } from "#base";
import type { Clock } from "#base/clock";
import { parseJson, type Session, sessionSchema } from "#protocol";
import { crowdErrors } from "../errors.ts";
import { SESSION_BYTES_LIMIT, SESSION_LIMIT_MS, SESSION_RETRY_LIMIT_MS } from "../limits.ts";

/** Where a viewer is sent. */
export interface Destination {
  /** Base addresses, the best first. */
  readonly edges: readonly string[];
  /** Null: nobody said. */
  readonly targetLatencyMs: number | null;
  /** The director's answer; null: nobody said. */
  readonly said: Session | null;
}

export interface SessionQuestion {
  readonly director: string;
  readonly channel: string;
  readonly localAddress: string | undefined;
  readonly signal: AbortSignal;
}

/** `GET /session` of the director. Rejects with crowd/no-session or crowd/session-shed, also when `signal` aborts. */
export async function askSession(
  question: SessionQuestion,
  context: { clock: Clock },
): Promise<Destination> {
  const { director, channel } = question;
  const url = `${director.replace(/\/+$/, "")}/session?channel=${encodeURIComponent(channel)}`;
  try {
    const said = parseJson("session", sessionSchema, await read(url, question, context.clock));
    return {
      edges: [new URL(said.urls.dash).origin],
      targetLatencyMs: said.target.latencyMs,
      said,
    };
  } catch (failure) {
    if (failure instanceof Shed)
      throw crowdErrors.make("session-shed", { url, waitMs: failure.waitMs }, failure);
    const why = failure instanceof Error ? failure.message : String(failure);
    throw crowdErrors.make("no-session", { url, why }, failure);
  }
}

/** How long a director that had too many questions (RFC 6585 4) wants to be left alone, ms; null: it was something else. */
export function shedFor(failure: unknown): number | null {
  if (!(failure instanceof Error) || !("code" in failure)) return null;
  const { code, cause } = failure;
  return code === "crowd/session-shed" && cause instanceof Shed ? cause.waitMs : null;
}

/** 429. */
class Shed extends Error {
  readonly waitMs: number;

  constructor(retryAfter: string | undefined) {
    super("status 429");
    const seconds = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) : 1;
    this.waitMs = Math.min(SESSION_RETRY_LIMIT_MS, seconds * 1_000);
  }
}

/** The body of a 200, within its limits. */
function read(
  url: string,
  { localAddress, signal }: SessionQuestion,
  clock: Clock,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal, ...(localAddress ? { localAddress } : {}) });
    const deadline = clock.after(ms(SESSION_LIMIT_MS), () =>
      request.destroy(new Error(`no answer within ${SESSION_LIMIT_MS} ms`)),
    );
    const settle = (work: () => void): void => (deadline.cancel(), work());
    request.on("error", (failure) => settle(() => reject(failure)));
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
        if (body.length > SESSION_BYTES_LIMIT)
          request.destroy(crowdErrors.make("session-too-large", { limit: SESSION_BYTES_LIMIT }));
      });
      response.on("error", (failure) => settle(() => reject(failure)));
      response.on("end", () =>
        settle(() => {
          if (response.statusCode === 200) resolve(body);
          else if (response.statusCode === 429) reject(new Shed(response.headers["retry-after"]));
          else reject(new Error(`status ${response.statusCode}`));
        }),
      );
    });
  });
}
