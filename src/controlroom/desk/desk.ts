// The cue desk's doors: an operator's entry goes to the origin; what has been entered is listed.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ms, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { bodyText } from "#control";
import { type Cue, type CueEntry, cueEntryPath, cueSchema, parseJson } from "#protocol";
import { controlRoomErrors } from "../errors.ts";
import { CUE_ANSWER_LIMIT, CUE_BODY_LIMIT, CUE_DEADLINE_MS, CUE_ENTRIES_PER_S } from "../limits.ts";
import type { CueBook } from "./book.ts";
import { entryOf } from "./entry.ts";

export interface DeskOptions {
  readonly originUrl: string;
  readonly channel: string;
  readonly book: CueBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens `POST /cue` and `GET /cues`; returns what they count. */
export function openDesk(
  app: FastifyInstance,
  options: DeskOptions,
): { cuesEntered: number; cuesRefused: number } {
  const { book, clock, log } = options;
  const counters = { cuesEntered: 0, cuesRefused: 0 };
  let recent: number[] = [];
  const enter = async (request: FastifyRequest): Promise<Cue> => {
    const now = clock.utc();
    fromOwnPage(request);
    recent = recent.filter((at) => clock.monotonic() - at < 1_000);
    if (recent.length >= CUE_ENTRIES_PER_S)
      throw controlRoomErrors.make("cue-too-many", { limit: CUE_ENTRIES_PER_S });
    recent.push(clock.monotonic());
    return forward(entryOf(bodyText(request), now), options);
  };
  app.post("/cue", { bodyLimit: CUE_BODY_LIMIT }, async (request, reply) => {
    try {
      const cue = await enter(request);
      counters.cuesEntered += 1;
      log.info({ seq: cue.seq, kind: cue.kind, mediaTimeMs: cue.mediaTimeMs }, "a cue was entered");
      void book.round();
      return await reply.code(201).send(cue);
    } catch (failure) {
      counters.cuesRefused += 1;
      throw failure;
    }
  });
  app.get("/cues", () => ({ v: 1, problem: book.problem, cues: book.cues }));
  return counters;
}

/**
 * A page of somebody else, open in the operator's browser, may read what the control room shows, and must not enter goals:
 * browsers name the page in Origin with every POST (Fetch 3.2). A program that names none is no page.
 */
function fromOwnPage({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw controlRoomErrors.make("cue-foreign", { origin });
}

/** Hands an entry to the origin; the cue as it was numbered. Throws `cue-refused` with the origin's own reason. */
async function forward(entry: CueEntry, { originUrl, channel, clock }: DeskOptions): Promise<Cue> {
  const url = originUrl.replace(/\/+$/, "") + cueEntryPath(channel);
  const deadline = new AbortController();
  const timer = clock.after(ms(CUE_DEADLINE_MS), () => deadline.abort());
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(entry),
      redirect: "error",
      signal: deadline.signal,
    });
    const text = (await answer.text()).slice(0, CUE_ANSWER_LIMIT);
    if (answer.status === 201) return parseJson("cue", cueSchema, text);
    throw new Error(reasonIn(text) ?? `it answered ${answer.status}`);
  } catch (failure) {
    const problem = deadline.signal.aborted
      ? `no answer in ${CUE_DEADLINE_MS} ms; look at the list before you enter it again`
      : causeOf(failure);
    throw controlRoomErrors.make("cue-refused", { url, problem }, failure);
  } finally {
    timer.cancel();
  }
}

/** The sentence of a refusal in JSON, as all our roles give it. */
function reasonIn(text: string): string | null {
  try {
    const { error, cure } = JSON.parse(text) as { error?: unknown; cure?: unknown };
    return typeof error === "string" ? [error, cure].filter(Boolean).join(" ") : null;
  } catch {
    return null;
  }
}

/** `fetch failed` says nothing; its cause does. */
const causeOf = (failure: unknown): string =>
  sentenceOf(failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure);
