// The fetches under way that a new request may wait for.
import type { MonoMs } from "#base";
import type { Flight } from "./flight.ts";
import { isFresh } from "./policy.ts";

/** By variant; one each. */
export class Joinable {
  readonly #flights = new Map<string, Flight>();

  /** The flight that brings this variant: not yet begun to come, or fresh (RFC 9111 4). */
  find(variant: string | null, now: MonoMs): Flight | null {
    const flight = variant === null ? undefined : this.#flights.get(variant);
    if (!flight) return null;
    const { head } = flight.transfer;
    return head === null || isFresh(head, now) ? flight : null;
  }

  add(flight: Flight): void {
    if (!flight.alone && flight.variant !== null) this.#flights.set(flight.variant, flight);
  }

  /** Nobody joins it any more. */
  close(flight: Flight): void {
    if (this.#has(flight)) this.#flights.delete(flight.variant as string);
  }

  /** Its answer told which variant it is. */
  rename(flight: Flight, variant: string | null): void {
    if (variant === flight.variant) return;
    const joinable = this.#has(flight);
    this.close(flight);
    flight.variant = variant;
    if (joinable && variant !== null && !this.#flights.has(variant))
      this.#flights.set(variant, flight);
  }

  #has(flight: Flight): boolean {
    return flight.variant !== null && this.#flights.get(flight.variant) === flight;
  }
}
