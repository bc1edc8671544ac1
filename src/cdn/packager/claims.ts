// Which source pushes which segment: two encoders are interchangeable at a segment's boundary, never inside one.
import { packagerErrors } from "./errors.ts";

/** One who pushes: a request body, and where it comes from. */
export interface Source {
  readonly address: string;
}

interface Claim {
  readonly segment: number;
  readonly address: string;
  /** The body that is pushing; null once it has ended. */
  holder: Source | null;
}

/** The newest claim of each rendition. Bounded by the renditions of the channel. */
export class Claims {
  readonly #claims = new Map<string, Claim>();

  /**
   * Says that `source` is about to push `segment`. The first to say so holds the segment until its body ends; then
   * another body from the same address may go on with it (a reconnect).
   * @throws packager/other-source
   */
  take(rendition: string, segment: number, source: Source): void {
    const claim = this.#claims.get(rendition);
    if (!claim || segment > claim.segment) {
      this.#claims.set(rendition, { segment, address: source.address, holder: source });
      return;
    }
    if (claim.holder === source) return;
    const held = segment === claim.segment && claim.holder !== null;
    if (held || claim.address !== source.address) {
      throw packagerErrors.make("other-source", { segment, rendition });
    }
    if (segment === claim.segment) claim.holder = source;
  }

  /** The body of `source` has ended; `gave` says whether anything of a segment was stored. */
  release(rendition: string, source: Source, gave: (segment: number) => boolean): void {
    const claim = this.#claims.get(rendition);
    if (claim?.holder !== source) return;
    if (gave(claim.segment)) claim.holder = null;
    else this.#claims.delete(rendition);
  }
}
