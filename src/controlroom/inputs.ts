// What the picture is composed of: each party's last word, and whether it still speaks.
import type { DirectorState, Exchange, LinkDeclaration, Network, Summary } from "#protocol";

/** A party's last word. */
export interface Answer<Body> {
  readonly url: string;
  /** The last that could be read, also after the party went silent; null when there never was one. */
  readonly body: Body | null;
  /** Why there is no newer one; null while the party answers. */
  readonly problem: string | null;
  /** What it said when it refused the question itself (400), in its own words; null: it did not. */
  readonly refusal?: string | null;
  /** When that began, UTC ms: since when it answers, or since when it does not. */
  readonly since: number;
}

/** A status page that is not part of the protocol: read for what it has. */
export type Status = Readonly<Record<string, unknown>>;

/** What is fixed for the match. */
export interface Fixture {
  readonly title: string;
  readonly channel: string;
  readonly watchUrl: string;
  /** When the control room started, UTC ms. */
  readonly startedAt: number;
  /** Declared lines from the origin to edges, for their budgets. */
  readonly fills: ReadonlyMap<string, LinkDeclaration>;
}

export interface Inputs {
  /** Now, UTC ms. */
  readonly at: number;
  readonly fixture: Fixture;
  readonly broadcaster: Answer<Status>;
  readonly origin: Answer<Status>;
  readonly director: Answer<DirectorState>;
  readonly telemetry: Answer<Summary>;
  readonly exchanges: readonly Answer<Exchange>[];
  readonly networks: readonly Answer<Network>[];
}
