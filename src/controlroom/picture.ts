// The one picture: what the page is sent. Plain data; the page imports these types.
import type { Spread } from "#protocol";
import type { PictureHop } from "./budgets.ts";

/** The five parties, in the order of the chain. */
export type PartyName = "broadcaster" | "cdn" | "exchange" | "isp" | "viewer";

/** How a thing is. `waiting`: nothing is known yet; `silent`: it does not answer. */
export type State = "good" | "watch" | "trouble" | "silent" | "waiting";

/** Something measured against what it may be. */
export interface Load {
  readonly value: number;
  readonly capacity: number;
  readonly unit: string;
}

/** One number beside a node. */
export interface Fact {
  readonly label: string;
  readonly value: number | string;
  readonly unit?: string;
}

/** A row of a block: an encoder, an edge, a port, a network, a viewer. */
export interface NodeRow {
  readonly id: string;
  readonly name: string;
  /** What kind of thing it is, in a word or two. */
  readonly kind: string;
  /** Whose it is; an edge of the CDN stands in another's block. */
  readonly party: PartyName;
  readonly state: State;
  /** The state in a word. */
  readonly word: string;
  readonly load: Load | null;
  readonly facts: readonly Fact[];
  /** One sentence; null when there is nothing to explain. */
  readonly why: string | null;
  /** Since when the state is what it is. UTC, ms. */
  readonly since: number;
  /** Viewers' sessions that it concerns. */
  readonly sessions: readonly string[];
  /** The words that this row was read from. */
  readonly json: unknown;
}

/** The viewers of a place: a row of the table of places. */
export interface CohortRow extends NodeRow {
  readonly viewers: number;
  /** Of them, those far behind their target. */
  readonly late: number;
  /** How far behind the camera they are to be now, and where that leads, ms; null while the director does not say. */
  readonly targetMs: number | null;
  readonly headsMs: number | null;
  readonly latency: Spread | null;
  /** The spread between any two of them, ms. */
  readonly spreadMs: number | null;
  /** How far from the target, either way. */
  readonly sync: Spread | null;
  readonly need: Spread | null;
  /** Viewers that stalled within the window, 0…100. */
  readonly stallingPercent: number;
  readonly cuesLate: number;
  readonly cuesLost: number;
}

/** How far apart the viewers of one place are. */
export interface PlaceSpread {
  readonly place: string;
  readonly viewers: number;
  readonly ms: number;
}

/** One party's block. */
export interface Block {
  readonly party: PartyName;
  readonly title: string;
  readonly state: State;
  readonly word: string;
  readonly why: string | null;
  readonly since: number;
  readonly rows: readonly NodeRow[];
  /** What to do when the block is empty. */
  readonly empty: string | null;
}

/** A hop at one node. */
export interface HopNode {
  readonly node: string;
  readonly ms: Spread;
  readonly budgetMs: number;
  readonly over: boolean;
}

/** A hop: an arrow between blocks, or time spent inside one. */
export interface HopView {
  readonly hop: PictureHop;
  readonly label: string;
  readonly between: string;
  /** The party whose time it is. */
  readonly party: PartyName | "nobody";
  /** Median over its nodes, weighted by the viewers behind them; null when nothing was measured. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly budgetMs: number;
  readonly over: boolean;
  readonly nodes: readonly HopNode[];
}

/** An arrow into a block: what crosses between the party before and this one. */
export interface Arrow {
  readonly to: PartyName;
  readonly hop: PictureHop;
  readonly label: string;
  /** Median at the slowest node, ms; null when nothing was measured. */
  readonly p50: number | null;
  readonly budgetMs: number | null;
  readonly over: boolean;
  /** Which end is broken, in a few words; null when none is. */
  readonly broken: string | null;
}

/** What a rule of the verdict found. */
export interface Finding {
  /** The rule's stable name. */
  readonly code: string;
  readonly level: "watch" | "trouble";
  readonly text: string;
  readonly since: number;
  /** The row or party it speaks of, where there is one. */
  readonly about: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Something that happened: a mark on every plot. */
export interface Mark {
  readonly at: number;
  readonly kind: MarkKind;
  readonly text: string;
}
export const markKinds = {
  "edge-lost": "×",
  "edge-back": "✓",
  "party-lost": "×",
  "party-back": "✓",
  "encoder-replaced": "↻",
  "source-lost": "×",
  "source-back": "✓",
  goal: "●",
} as const;
export type MarkKind = keyof typeof markKinds;

/** The numbers of the top line. */
export interface Headline {
  readonly viewers: number;
  readonly mbps: number;
  readonly glassToGlass: Spread | null;
  /** Where latencies begin: at the camera, or, when the source carries no time, at its arrival at the broadcaster. */
  readonly from: "camera" | "arrival";
  /** The place whose viewers are farthest apart, and the one with most of them; null with fewer than two anywhere. */
  readonly spread: { readonly worst: PlaceSpread; readonly largest: PlaceSpread } | null;
  /** Viewers served inside their network or over an exchange it is at, 0…100; null without viewers. */
  readonly localPercent: number | null;
  readonly stalls: number;
  readonly targetMs: number | null;
}

/** One second of the plots. */
export interface Point {
  readonly at: number;
  readonly p50: number | null;
  readonly p95: number | null;
  /** Of the place where it is worst. */
  readonly spread: number | null;
  /** Median latency and spread of the largest places, by name. */
  readonly places: Readonly<Record<string, { p50: number | null; spread: number | null }>>;
  readonly viewers: number;
  /** Stalls that began in this second. */
  readonly stalls: number;
  /** Mb/s by edge. */
  readonly edges: Readonly<Record<string, number | null>>;
}

/** Everything the page shows at one moment. */
export interface Picture {
  readonly v: 1;
  readonly at: number;
  readonly title: string;
  readonly channel: string;
  readonly watchUrl: string;
  readonly headline: Headline;
  /** The verdict: its sentence, and how it is. */
  readonly verdict: { readonly text: string; readonly state: State };
  /** Everything that the verdict's rules found, the gravest first. */
  readonly findings: readonly Finding[];
  readonly blocks: readonly Block[];
  /** Places with their viewers, the largest first. */
  readonly cohorts: readonly CohortRow[];
  /** The broadcast's delay behind which targets stay, ms; null: none was given. */
  readonly anchorMs: number | null;
  readonly hops: readonly HopView[];
  /** Between the blocks, left to right. */
  readonly arrows: readonly Arrow[];
  /** The latest marks, oldest first. */
  readonly marks: readonly Mark[];
  readonly point: Point;
}
