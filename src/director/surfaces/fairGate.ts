// Who is let in when more is asked than can be answered: each his share, max-min, over a sliding second (docs/design/steering.md).
import { type Chance, elapsed, type MonoMs } from "#base";
import type { Address } from "#network";
import { CEILING, REKEY_MS, RETRY_LIMIT_S, SLOT_MS } from "./limits.ts";
import { levelOf } from "./maxMin.ts";
import { ShareBook } from "./shareBook.ts";
import { noneShed, type ShedReason } from "./shedReasons.ts";
import { networkRow, prefixRow } from "./sourceRow.ts";

/** Those who watch poll for steering; those who arrive ask for a session. */
export const askKinds = ["watching", "arriving"] as const;
export type AskKind = (typeof askKinds)[number];

/** Who asks. */
export interface Ask {
  readonly kind: AskKind;
  /** The network of the address; null: unknown. */
  readonly asn: number | null;
  readonly address: Address;
  readonly now: MonoMs;
}

/** Null: let in. */
export type Verdict = { readonly reason: ShedReason; readonly retryAfterS: number } | null;

/** Counted since the start. */
export type ShedCounters = Readonly<Record<AskKind, Readonly<Record<ShedReason, number>>>>;

/** A gate for so many requests a second. Its memory is set at the start; no source takes more of it than another. */
export class FairGate {
  readonly requestsPerS: number;
  readonly #chance: Chance;
  readonly #books = { watching: new ShareBook(), arriving: new ShareBook() };
  readonly #shed = { watching: noneShed(), arriving: noneShed() };
  #pressed = false;
  #slotAt: MonoMs;
  #keyAt: MonoMs;
  #key: number;

  /** `chance` keys the rows and spreads those who are sent away; a seed makes it repeatable. */
  constructor(parts: { requestsPerS: number; chance: Chance; now: MonoMs }) {
    this.requestsPerS = parts.requestsPerS;
    this.#chance = parts.chance;
    this.#slotAt = parts.now;
    this.#keyAt = parts.now;
    this.#key = this.#newKey();
  }

  get shed(): ShedCounters {
    return this.#shed;
  }

  /** Requests of a kind in the last second, let in or not. */
  asked(kind: AskKind): number {
    return this.#books[kind].asked.total;
  }

  /** Judges one request, and counts it. */
  judge({ kind, asn, address, now }: Ask): Verdict {
    this.#pass(now);
    const book = this.#books[kind];
    const rows = { network: networkRow(asn), prefix: prefixRow(address, this.#key) };
    book.ask(rows);
    if (!this.#pressed && this.#demand() > this.requestsPerS) this.#share();
    const reason = this.#pressed ? book.refusal(rows) : null;
    if (reason === null) {
      book.letIn(rows);
      return null;
    }
    this.#shed[kind][reason] += 1;
    return { reason, retryAfterS: this.#retryAfterS() };
  }

  #demand(): number {
    return this.#books.watching.asked.total + this.#books.arriving.asked.total;
  }

  #newKey(): number {
    return Math.floor(this.#chance() * 2 ** 32) | 0;
  }

  /** Lets time pass up to `now`; shares are worked out anew with each slot. */
  #pass(now: MonoMs): void {
    const passed = Math.floor(elapsed(this.#slotAt, now) / SLOT_MS);
    if (passed <= 0) return;
    this.#slotAt = (this.#slotAt + passed * SLOT_MS) as MonoMs;
    for (const kind of askKinds) this.#books[kind].advance(passed);
    this.#pressed = this.#demand() > this.requestsPerS;
    if (elapsed(this.#keyAt, now) >= REKEY_MS) this.#rekey(now);
    if (this.#pressed) this.#share();
  }

  #rekey(now: MonoMs): void {
    this.#key = this.#newKey();
    this.#keyAt = now;
    for (const kind of askKinds) this.#books[kind].forgetPrefixes();
  }

  #share(): void {
    this.#pressed = true;
    const half = this.requestsPerS / 2;
    const demands = askKinds.map((kind) => this.#books[kind].asked.total);
    const level = levelOf(demands, this.requestsPerS);
    for (const [index, kind] of askKinds.entries()) {
      const amount = Math.min(demands[index] as number, level);
      // Who asks for less than half may grow up to half at once.
      this.#books[kind].share({ amount, most: CEILING * Math.max(amount, half) });
    }
  }

  /** Longer the more is asked for, and spread, so that those sent away do not come back together. */
  #retryAfterS(): number {
    const excess = Math.ceil(this.#demand() / this.requestsPerS);
    const base = Math.min(RETRY_LIMIT_S, Math.max(1, excess));
    return base + Math.floor(this.#chance() * (base + 1));
  }
}
