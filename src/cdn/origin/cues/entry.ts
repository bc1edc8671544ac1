// Entries: POST /ingest/{channel}/cues. What is no cue, or too much of them, is refused with its reason.
import { RegistaError } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HeaderList, HttpReply, HttpRequest } from "#http";
import {
  CUE_AHEAD_LIMIT_MS,
  CUE_BEHIND_LIMIT_MS,
  type CueEntry,
  cueEntrySchema,
  cuePath,
  parseJson,
} from "#protocol";
import { headOf, mediaTypes, refuse } from "../answers.ts";
import { originErrors } from "../errors.ts";
import { RETRY_AFTER_S } from "../limits.ts";
import type { CueLog } from "./cueLog.ts";
import { ENTRIES_AT_ONCE, ENTRIES_PER_S, ENTRY_BURST, ENTRY_BYTES_LIMIT } from "./limits.ts";
import { type EntryRefusal, noRefusals } from "./refusals.ts";
import { TokenBucket } from "./tokenBucket.ts";

/** Why an entry is not taken, and what its sender is told. */
class Refused extends Error {
  readonly refusal: EntryRefusal;
  readonly error: RegistaError;

  constructor(refusal: EntryRefusal, error: RegistaError) {
    super(error.message);
    this.refusal = refusal;
    this.error = error;
  }
}

export class CueEntries {
  readonly counters = { entered: 0, refused: noRefusals() };
  readonly #channel: string;
  readonly #log: CueLog;
  readonly #clock: Clock;
  readonly #notes: Log;
  readonly #bucket: TokenBucket;
  #reading = 0;

  constructor(channel: string, log: CueLog, context: { clock: Clock; log: Log }) {
    this.#channel = channel;
    this.#log = log;
    this.#clock = context.clock;
    this.#notes = context.log;
    const rate = { perSecond: ENTRIES_PER_S, burst: ENTRY_BURST };
    this.#bucket = new TokenBucket(rate, this.#clock.monotonic());
  }

  /** Answers 201 with the cue, or says why not. Never rejects for what a peer did. */
  async handle(request: HttpRequest, reply: HttpReply): Promise<void> {
    try {
      const entry = await this.#read(request);
      const { cue, body } = this.#log.add(entry, this.#clock.utc());
      this.counters.entered += 1;
      const more: HeaderList = [["Location", cuePath(this.#channel, cue.seq)]];
      reply.send(201, headOf({ type: mediaTypes.json, lifetime: "none", more }), body);
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      this.#refuse(failure, reply);
    }
  }

  async #read(request: HttpRequest): Promise<CueEntry> {
    const { method } = request;
    if (method !== "POST") throw new Refused("method", originErrors.make("bad-entry", { method }));
    if (this.#reading >= ENTRIES_AT_ONCE) {
      const limit = ENTRIES_AT_ONCE;
      throw new Refused("busy", originErrors.make("cue-entries-busy", { limit }));
    }
    this.#reading += 1;
    const bytes = await bodyOf(request).finally(() => (this.#reading -= 1));
    // Weighed before it is looked into: a storm costs its reading and no more.
    if (!this.#bucket.take(this.#clock.monotonic())) {
      const limit = ENTRIES_PER_S;
      throw new Refused("storm", originErrors.make("cue-storm", { limit, burst: ENTRY_BURST }));
    }
    return this.#timely(entryOf(bytes));
  }

  #timely(entry: CueEntry): CueEntry {
    const { mediaTimeMs } = entry;
    if (mediaTimeMs === undefined) return entry;
    const aheadMs = Math.round(mediaTimeMs - this.#clock.utc());
    if (aheadMs <= CUE_AHEAD_LIMIT_MS && -aheadMs <= CUE_BEHIND_LIMIT_MS) return entry;
    const where = aheadMs > 0 ? `${aheadMs} ms ahead of` : `${-aheadMs} ms behind`;
    const limit = aheadMs > 0 ? CUE_AHEAD_LIMIT_MS : CUE_BEHIND_LIMIT_MS;
    throw new Refused("outOfTime", originErrors.make("cue-out-of-time", { where, limit }));
  }

  #refuse({ refusal, error }: Refused, reply: HttpReply): void {
    this.counters.refused[refusal] += 1;
    this.#notes.debug({ code: error.code, refusal }, error.message);
    const allow: HeaderList = refusal === "method" ? [["Allow", "POST, OPTIONS"]] : [];
    const retry: HeaderList = refusal === "storm" ? [["Retry-After", String(RETRY_AFTER_S)]] : [];
    refuse(reply, error, { more: [...allow, ...retry] });
  }
}

async function bodyOf(request: HttpRequest): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const bytes of request.body) {
      length += bytes.length;
      if (length > ENTRY_BYTES_LIMIT) {
        const limit = ENTRY_BYTES_LIMIT;
        throw new Refused("tooLarge", originErrors.make("cue-too-large", { limit }));
      }
      pieces.push(bytes);
    }
  } catch (failure) {
    if (failure instanceof RegistaError) throw new Refused("broken", failure);
    throw failure;
  }
  return Buffer.concat(pieces);
}

function entryOf(bytes: Uint8Array): CueEntry {
  try {
    return parseJson("cue", cueEntrySchema, new TextDecoder().decode(bytes));
  } catch (failure) {
    if (failure instanceof RegistaError) throw new Refused("malformed", failure);
    throw failure;
  }
}
