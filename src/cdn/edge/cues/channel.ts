// The cues of one channel at this edge: one follower, one memory, and all who listen.
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpReply } from "#http";
import { refuse } from "../delivery/waiter.ts";
import { edgeErrors } from "../errors.ts";
import { CohortGate } from "./cohortGate.ts";
import type { CohortFigures, CueTally } from "./counters.ts";
import { helloFrame, type Loss, lostFrame, retryFrame, streamFields } from "./events.ts";
import { type FollowedCue, Follower } from "./follower.ts";
import type { Inquire } from "./inquiry.ts";
import { FIRST_WORD_MS, GATES_LIMIT, LINGER_MS, RECENT_MS, RETRY_MS } from "./limits.ts";
import { type Listener, Listeners } from "./listeners.ts";
import { CueMemory } from "./memory.ts";
import type { Wish } from "./query.ts";
import type { Releases } from "./releases.ts";

export interface ChannelParts {
  readonly channel: string;
  readonly inquire: Inquire;
  readonly releases: Releases;
  readonly tally: CueTally;
  readonly clock: Clock;
  readonly log: Log;
  /** Nobody listens any more, or there is no such channel. */
  readonly over: (channel: CueChannel) => void;
}

/** One who wants to listen, before upstream was heard. */
interface Joining {
  readonly wish: Wish;
  readonly reply: HttpReply;
  body: Listener["body"] | null;
}

export class CueChannel {
  readonly name: string;
  readonly #parts: ChannelParts;
  readonly #memory = new CueMemory();
  readonly #follower: Follower;
  readonly #open: Listeners;
  readonly #gates = new Map<string, CohortGate>();
  readonly #joining = new Set<Joining>();
  readonly #firstWord: Timer;
  #heard = false;
  /** Upstream has been waited for long enough: streams begin without it. */
  #late = false;
  #linger: Timer | null = null;
  #joins = 0;
  #listening = 0;

  constructor(parts: ChannelParts) {
    const { channel, inquire, tally, clock, log } = parts;
    this.name = channel;
    this.#parts = parts;
    this.#open = new Listeners(tally, () => this.#gone());
    this.#firstWord = clock.after(ms(FIRST_WORD_MS), () => this.#beginAll());
    const listener = {
      began: (first: number, from: number) => this.#began(first, from),
      cue: (cue: FollowedCue) => this.#cue(cue),
      lost: (loss: Loss) => this.#lost(loss),
      absent: () => this.#absent(),
    };
    this.#follower = new Follower({ channel, inquire, tally, clock, log, listener });
  }

  /** All who listen, or are about to. */
  get listeners(): number {
    return this.#listening;
  }

  /** Whether there is room for the cohort's gate. */
  hasRoomFor(cohort: string | null): boolean {
    return cohort === null || this.#gates.has(cohort) || this.#gates.size < GATES_LIMIT;
  }

  /** Answers with the stream; its place in the numbering is found once upstream was heard. */
  join(wish: Wish, reply: HttpReply): void {
    this.#linger?.cancel();
    this.#linger = null;
    this.#listening += 1;
    const joining: Joining = { wish, reply, body: null };
    if (this.#heard) return this.#greet(joining);
    this.#joining.add(joining);
    reply.onGone(() => {
      if (!this.#joining.delete(joining)) return;
      this.#parts.tally.ended("left");
      this.#gone();
    });
    if (this.#late) this.#begin(joining);
  }

  /** The director has said something new. */
  look(): void {
    for (const gate of this.#gates.values()) gate.look();
  }

  keepAlive(turn: number): void {
    this.#open.keepAlive(turn);
    for (const { listeners } of this.#gates.values()) listeners.keepAlive(turn);
  }

  /** Figures of each cohort with listeners. */
  cohorts(): [string, Omit<CohortFigures, "released">][] {
    return [...this.#gates].map(([cohort, { listeners, waiting }]) => [
      cohort,
      { listeners: listeners.size, waiting },
    ]);
  }

  /** Ends all streams: whoever listens goes on with another process. */
  end(): void {
    for (const joining of this.#joining) {
      this.#parts.tally.ended("closing");
      this.#begin(joining).end();
    }
    this.#joining.clear();
    this.#open.end("closing");
    for (const { listeners } of this.#gates.values()) listeners.end("closing");
    this.#listening = 0;
    this.#left();
  }

  close(): void {
    this.end();
    this.#follower.close();
    this.#firstWord.cancel();
    this.#linger?.cancel();
    for (const gate of this.#gates.values()) gate.close();
    this.#gates.clear();
  }

  #began(first: number, from: number): void {
    this.#memory.begin(first, from);
    this.#heard = true;
    this.#firstWord.cancel();
    const joining = [...this.#joining];
    this.#joining.clear();
    for (const one of joining) this.#greet(one);
  }

  #cue(cue: FollowedCue): void {
    const { frame, last } = this.#memory.cue(cue, this.#parts.clock.utc());
    this.#open.tell(frame, last);
    for (const gate of this.#gates.values()) gate.cue(cue);
  }

  #lost(loss: Loss): void {
    const { log, clock } = this.#parts;
    log.warn({ channel: this.name, ...loss }, "cues are lost");
    const event = this.#memory.lost(loss, clock.utc());
    this.#open.tell(event.frame, event.last);
    for (const gate of this.#gates.values()) gate.lost(event);
  }

  #absent(): void {
    const { tally, over } = this.#parts;
    const error = edgeErrors.make("no-cues", { channel: this.name });
    for (const { reply, body } of this.#joining) {
      tally.ended("unknownChannel");
      if (body) body.end();
      else refuse(reply, error);
    }
    this.#joining.clear();
    this.#listening = 0;
    over(this);
  }

  /** Upstream keeps silent: streams begin all the same. */
  #beginAll(): void {
    this.#late = true;
    for (const joining of this.#joining) this.#begin(joining);
  }

  #begin(joining: Joining): Listener["body"] {
    const { least, most } = RETRY_MS;
    const spread = (this.#joins++ * 0.618_033_988_749_895) % 1;
    joining.body ??= joining.reply.stream(200, streamFields);
    joining.body.catchUp([retryFrame(Math.round(least + spread * (most - least)))], true);
    return joining.body;
  }

  /** Tells what is kept from the listener's place on, and lets it hear what comes. */
  #greet(joining: Joining): void {
    const { wish, reply } = joining;
    const { tally, clock } = this.#parts;
    const gate = wish.cohort === null ? null : this.#gateOf(wish.cohort);
    const recent = (): number =>
      gate ? gate.floor + 1 : this.#memory.recent(clock.utc() - RECENT_MS);
    const wanted = wish.from ?? recent();
    const missing = this.#memory.missing(wanted);
    const from = missing ? missing.to + 1 : wanted;
    const told = gate ? gate.replay(from) : this.#memory.after(from).map(({ frame }) => frame);
    const lost = missing ? [lostFrame(missing.to, missing)] : [];
    const body = joining.body ?? this.#begin(joining);
    body.catchUp([helloFrame(wanted), ...lost, ...told], true);
    tally.count("joined");
    tally.count("replayed", told.length);
    tally.count("told", told.length);
    const listener: Listener = { body, from };
    const listeners = gate?.listeners ?? this.#open;
    listeners.add(listener);
    reply.onGone(() => {
      if (!listeners.remove(listener)) return;
      tally.ended("left");
      this.#gone();
    });
  }

  #gateOf(cohort: string): CohortGate {
    const known = this.#gates.get(cohort);
    if (known) return known;
    const { releases, tally, clock } = this.#parts;
    const gate = new CohortGate({
      ...{ cohort, releases, tally, clock, memory: this.#memory },
      left: () => this.#gone(),
    });
    this.#gates.set(cohort, gate);
    return gate;
  }

  #gone(): void {
    this.#listening -= 1;
    this.#left();
  }

  /** What nobody needs is let go, the channel itself after a while. */
  #left(): void {
    for (const [cohort, gate] of this.#gates) {
      if (gate.listeners.size > 0) continue;
      gate.close();
      this.#gates.delete(cohort);
    }
    if (this.#listening > 0 || this.#linger) return;
    const { clock, over } = this.#parts;
    this.#linger = clock.after(ms(LINGER_MS), () => over(this));
  }
}
