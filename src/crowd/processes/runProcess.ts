// A process of the crowd: takes its share from the parent, runs it, tells each second, ends when told or left alone.
import { sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { PROCESS_STOP_LIMIT_MS } from "../limits.ts";
import type { FromProcess, ProcessUsage, ToProcess } from "./messages.ts";
import { Section } from "./section.ts";
import type { MakeViewer } from "./visit.ts";

/** Its viewers may take this share of the time that the parent waits. */
const VIEWERS_STOP_SHARE = 0.6;

/** Serves the parent of this process until the run is over; `makeViewer` makes its viewers. */
export function runProcess(makeViewer: MakeViewer): void {
  const member = new Member(makeViewer);
  process.on("message", (message: ToProcess) => member.take(message));
  process.once("disconnect", () => process.exit(0));
  // Ctrl-C goes to the whole group; the parent tells when to stop, so that nothing measured is lost.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
}

class Member {
  readonly #makeViewer: MakeViewer;
  #section: Section | null = null;
  #ending = false;
  /** A message that the parent has not taken yet. */
  #underWay = 0;

  constructor(makeViewer: MakeViewer) {
    this.#makeViewer = makeViewer;
  }

  take(message: ToProcess): void {
    try {
      if ("prepare" in message) this.#prepare(message.prepare);
      else if ("begin" in message) this.#begin(message.begin);
      else void this.#end();
    } catch (failure) {
      this.#send({ failed: sentenceOf(failure) });
    }
  }

  #prepare({ settings, share }: Extract<ToProcess, { prepare: unknown }>["prepare"]): void {
    this.#section = new Section(settings, share, {
      clock: systemClock,
      makeViewer: this.#makeViewer,
      usage,
      tell: (told) => this.#send({ told }),
      canTell: () => this.#underWay === 0,
    });
    this.#send({ ready: true });
  }

  #begin({ at }: Extract<ToProcess, { begin: unknown }>["begin"]): void {
    this.#section?.begin(at);
  }

  async #end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    await this.#section?.end(PROCESS_STOP_LIMIT_MS * VIEWERS_STOP_SHARE);
    this.#send({ over: true });
  }

  #send(message: FromProcess): void {
    if (!process.connected) return;
    this.#underWay += 1;
    process.send?.(message, undefined, undefined, () => void (this.#underWay -= 1));
  }
}

function usage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuS: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
}
