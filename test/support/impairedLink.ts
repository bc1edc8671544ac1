// A bad line as arithmetic: delay each way, jitter, lost segments, silences and a rate. The same under the same seed.
import { Link, type Way } from "#link";

/** How bad a line is. Durations in milliseconds. */
export interface Impairment {
  readonly upMs: number;
  readonly downMs: number;
  /** Added to the delay either way, at most; most of the time far less. */
  readonly jitterMs?: number;
  /** One segment towards the page is lost each so often: its connection waits for a retransmission time-out. */
  readonly loss?: Mishap;
  /** All connections fall silent each so often, both ways. */
  readonly silence?: Mishap;
}

/** What happens once in each `everyMs`, at a moment of chance, and how long it lasts. */
export interface Mishap {
  readonly everyMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** A mishap that has happened. */
export interface Happened {
  readonly kind: "loss" | "silence";
  /** Monotonic, ms. */
  readonly at: number;
  readonly lastsMs: number;
}

/** Bytes are cut as Ethernet would cut them: a lost segment is one of these. */
const SEGMENT_BYTES = 1_460;
/** Jitter stays for so long, ms: packets that travel together wait together. */
const GUST_MS = 30;
/** Mishaps that are remembered: an hour of one each five seconds. */
const HAPPENED_LIMIT = 720;
const BITS_PER_MS_AT_1_MBPS = 1_000;

/**
 * Give it to a relay as one of its links; every connection over it keeps its own order there. A lost segment comes out
 * late, and what follows on its connection waits behind it, while the other connections go on (RFC 9293 3.8.1).
 */
export class ImpairedLink extends Link {
  readonly #is: Impairment;
  readonly #seed: number;
  readonly #startedAt: number;
  readonly #happened: Happened[] = [];
  readonly #freeAt: Record<Way, number> = { down: 0, up: 0 };
  #bytesPerMs: number | null = null;
  #lossesTaken = 0;
  #silencesSeen = 0;

  constructor(is: Impairment, { seed, startedAt }: { seed: number; startedAt: number }) {
    // Set-up takes a round trip: the relay counts this delay twice.
    super({ delayMs: (is.upMs + is.downMs) / 2, mbps: null });
    this.#is = is;
    this.#seed = seed;
    this.#startedAt = startedAt;
  }

  override get straight(): boolean {
    return false;
  }

  override get pieceBytes(): number {
    return SEGMENT_BYTES;
  }

  /** Losses and silences until now, oldest first. */
  get happened(): readonly Happened[] {
    return this.#happened;
  }

  /** Limits the rate each way from now on, Mb/s; null: no limit. */
  limit(mbps: number | null): void {
    this.#bytesPerMs = mbps === null ? null : (mbps * BITS_PER_MS_AT_1_MBPS) / 8;
  }

  override carry(way: Way, at: number, bytes: number): number {
    const { upMs, downMs } = this.#is;
    const entered = this.#afterSilence(at);
    const lost = way === "down" && bytes > 0 ? this.#lossAt(entered) : 0;
    let sent = entered;
    if (this.#bytesPerMs !== null) {
      sent = Math.max(entered, this.#freeAt[way]) + bytes / this.#bytesPerMs;
      this.#freeAt[way] = sent;
    }
    return sent + (way === "up" ? upMs : downMs) + this.#jitterAt(way, entered) + lost;
  }

  override queueMs(way: Way, now: number): number {
    return this.#bytesPerMs === null ? 0 : Math.max(0, this.#freeAt[way] - now);
  }

  #jitterAt(way: Way, at: number): number {
    const { jitterMs = 0 } = this.#is;
    const gust = Math.floor((at - this.#startedAt) / GUST_MS);
    const chance = this.#chance(way === "up" ? 1 : 2, gust);
    return jitterMs * chance ** 3;
  }

  /** What the segment that enters at `at` waits for its second sending, ms. */
  #lossAt(at: number): number {
    const { loss } = this.#is;
    if (!loss) return 0;
    const next = this.#mishap(loss, 3, this.#lossesTaken);
    if (at < next.at) return 0;
    // Losses that no segment met have not happened.
    this.#lossesTaken = Math.floor((at - this.#startedAt) / loss.everyMs) + 1;
    this.#remember({ kind: "loss", at, lastsMs: next.lastsMs });
    return next.lastsMs;
  }

  /** When what comes at `at` can enter: at the end of a silence that is under way. */
  #afterSilence(at: number): number {
    const { silence } = this.#is;
    if (!silence) return at;
    const turn = Math.max(0, Math.floor((at - this.#startedAt) / silence.everyMs));
    let entered = at;
    // The one before may reach into this turn.
    for (let which = Math.max(0, turn - 1); which <= turn; which += 1) {
      const { at: from, lastsMs } = this.#mishap(silence, 5, which);
      if (at < from || at >= from + lastsMs) continue;
      entered = Math.max(entered, from + lastsMs);
      if (which < this.#silencesSeen) continue;
      this.#silencesSeen = which + 1;
      this.#remember({ kind: "silence", at: from, lastsMs });
    }
    return entered;
  }

  #mishap(
    { everyMs, leastMs, mostMs }: Mishap,
    stream: number,
    which: number,
  ): { at: number; lastsMs: number } {
    return {
      at: this.#startedAt + (which + this.#chance(stream, which)) * everyMs,
      lastsMs: leastMs + (mostMs - leastMs) * this.#chance(stream + 1, which),
    };
  }

  #remember(happened: Happened): void {
    this.#happened.push(happened);
    if (this.#happened.length > HAPPENED_LIMIT) this.#happened.shift();
  }

  /** A number in [0, 1) that hangs on seed, stream and index alone (the finalizer of MurmurHash3). */
  #chance(stream: number, index: number): number {
    let mixed = Math.imul(this.#seed ^ Math.imul(stream, 0x9e3779b1), 0x85ebca6b) + index;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }
}
