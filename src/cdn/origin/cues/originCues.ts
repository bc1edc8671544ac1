// The cues of an origin: what is entered, what is asked for, what is shown of them.
import type { Closable } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpReply, HttpRequest } from "#http";
import { cueEntryPath, cueIndexPath } from "#protocol";
import { refuse } from "../answers.ts";
import { originErrors } from "../errors.ts";
import { CueLog } from "./cueLog.ts";
import { CueObjects } from "./cueObjects.ts";
import { CueEntries } from "./entry.ts";

/** A number as it is written in one way only. */
const objectPath = /^\/([\w-]{1,64})\/cues\/([1-9]\d{0,14})\.json$/;

/** What `/status` shows of cues. */
export interface OriginCueStatus {
  /** Whether this origin numbers the channel's cues. */
  numbers: boolean;
  first: number;
  oldest: number;
  next: number;
  entered: number;
  refused: CueEntries["counters"]["refused"];
  holds: CueObjects["counters"];
}

export class OriginCues implements Closable {
  readonly #channel: string;
  readonly #numbers: boolean;
  readonly #log: CueLog;
  readonly #entries: CueEntries;
  readonly #objects: CueObjects;

  constructor(
    options: { channel: string; source: string; numbers: boolean },
    context: { clock: Clock; log: Log },
  ) {
    const { channel, source, numbers } = options;
    this.#channel = channel;
    this.#numbers = numbers;
    this.#log = new CueLog(context.clock.utc());
    this.#entries = new CueEntries(channel, this.#log, context);
    this.#objects = new CueObjects(this.#log, source, context.clock);
  }

  /** Whether a request is an entry; `enter` answers it. */
  isEntry({ path }: HttpRequest): boolean {
    return path === cueEntryPath(this.#channel);
  }

  enter(request: HttpRequest, reply: HttpReply): void | Promise<void> {
    return this.#numbers ? this.#entries.handle(request, reply) : this.#elsewhere(reply);
  }

  /** Answers a GET or HEAD if it is about this channel's cues; whether it was. */
  answer(request: HttpRequest, reply: HttpReply): boolean {
    const index = request.path === cueIndexPath(this.#channel);
    const [, channel, number] = objectPath.exec(request.path) ?? [];
    if (!index && channel !== this.#channel) return false;
    if (!this.#numbers) this.#elsewhere(reply);
    else if (index) this.#objects.index({ request, reply });
    else this.#objects.object(Number(number), { request, reply });
    return true;
  }

  get status(): OriginCueStatus {
    const { first, oldest, next } = this.#log.index;
    const { entered, refused } = this.#entries.counters;
    return {
      ...{ numbers: this.#numbers, first, oldest, next, entered },
      refused: { ...refused },
      holds: { ...this.#objects.counters },
    };
  }

  /** Ends what is held. */
  close(): Promise<void> {
    this.#log.close();
    return Promise.resolve();
  }

  #elsewhere(reply: HttpReply): void {
    refuse(reply, originErrors.make("cues-elsewhere", { channel: this.#channel }));
  }
}
