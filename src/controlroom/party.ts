// One party's page of JSON, asked again and again: its last word, and since when there has been none.
import { ms, RegistaError } from "#base";
import type { Clock } from "#base/clock";
import { controlRoomErrors } from "./errors.ts";
import type { Answer } from "./inputs.ts";
import { ANSWER_LIMIT, POLL_DEADLINE_MS, REFUSAL_LENGTH_LIMIT } from "./limits.ts";

/** Asks one URL. A party that is away, slow or talks nonsense leaves its last word standing, with the problem. */
export class Party<Body> {
  readonly counters = { asked: 0, failed: 0 };
  readonly #url: string;
  readonly #read: (text: string) => Body;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #answer: Answer<Body>;

  /** `read` makes the body of a text, or throws why it cannot. `deadlineMs`: default {@link POLL_DEADLINE_MS}. */
  constructor(
    options: { url: string; read: (text: string) => Body },
    clock: Clock,
    { deadlineMs = POLL_DEADLINE_MS }: { deadlineMs?: number } = {},
  ) {
    this.#url = options.url;
    this.#read = options.read;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#answer = { url: options.url, body: null, problem: "not asked yet", since: clock.utc() };
  }

  get answer(): Answer<Body> {
    return this.#answer;
  }

  /** Asks once, within the deadline. Never rejects. */
  async ask(): Promise<void> {
    this.counters.asked += 1;
    const { body, problem, refusal = null } = await this.#fetch();
    if (problem !== null) this.counters.failed += 1;
    const changed = (problem === null) !== (this.#answer.problem === null);
    const since = changed ? this.#clock.utc() : this.#answer.since;
    this.#answer = { url: this.#url, body: body ?? this.#answer.body, problem, refusal, since };
  }

  async #fetch(): Promise<{
    body: Body | null;
    problem: string | null;
    refusal?: string | null;
  }> {
    const deadline = new AbortController();
    const timer = this.#clock.after(ms(this.#deadlineMs), () => deadline.abort());
    try {
      const answer = await fetch(this.#url, {
        signal: deadline.signal,
        headers: { accept: "application/json" },
      });
      const text = await limitedText(answer, this.#url);
      if (answer.status === 400)
        return { body: null, problem: `it answered ${answer.status}`, refusal: sentenceIn(text) };
      if (!answer.ok) throw this.#bad(`${answer.status}`);
      return { body: this.#read(text), problem: null };
    } catch (failure) {
      if (deadline.signal.aborted)
        return { body: null, problem: `no answer in ${this.#deadlineMs} ms` };
      return { body: null, problem: problemOf(failure) };
    } finally {
      timer.cancel();
    }
  }

  #bad(problem: string): RegistaError {
    return controlRoomErrors.make("bad-answer", { url: this.#url, problem });
  }
}

/** The body as text; throws `controlroom/bad-answer` when it is larger than {@link ANSWER_LIMIT}. */
async function limitedText(answer: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > ANSWER_LIMIT)
      throw controlRoomErrors.make("bad-answer", {
        url,
        problem: `more than ${ANSWER_LIMIT} bytes`,
      });
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** What a refusal says under `error`, as all roles write it; null: nothing. */
function sentenceIn(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    const error = typeof body === "object" && body !== null && "error" in body ? body.error : null;
    return typeof error === "string" ? error.slice(0, REFUSAL_LENGTH_LIMIT) : null;
  } catch {
    return null;
  }
}

/** `fetch failed` says nothing; its cause does. */
function problemOf(failure: unknown): string {
  if (failure instanceof RegistaError) return failure.message;
  if (!(failure instanceof Error)) return String(failure);
  const { cause } = failure;
  if (cause instanceof Error)
    return ("code" in cause && causes.get(String(cause.code))) || cause.message || failure.message;
  return failure.message;
}

const causes: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there"],
  ["ECONNRESET", "it broke the connection"],
  ["UND_ERR_SOCKET", "it broke the connection"],
]);
