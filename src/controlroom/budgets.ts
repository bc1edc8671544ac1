// What each hop may take, for the first frame of a part (docs/latency-budget.md).
import type { HopName } from "#protocol";

/** A hop of the picture: those of telemetry, and the rest that they do not explain. */
export type PictureHop = HopName | "unexplained";

/** Broadcast television in Britain, best case, ms: the line that every latency is drawn against. */
export const BROADCAST_MS = 8_000;

/** The spread between any two viewers of a place, 95th percentile, ms. */
export const SPREAD_BUDGET_MS = 100;

/** Capture to screen, ms, by protocol; other players are held to the larger one. */
export const glassToGlassBudget = (protocol: string): number =>
  protocol === "dash" ? 1_500 : 2_000;

/** A round trip that nobody declares is taken as this, ms: across a country and back. */
export const UNDECLARED_RTT_MS = 60;

interface Budget {
  readonly label: string;
  /** From where to where it is measured. */
  readonly between: string;
  /** ms; `rttMs` where the hop crosses a link, `node` where the budget depends on it. */
  readonly budget: (of: { node: string; rttMs: number }) => number;
}

const fixed = (ms: number) => (): number => ms;

/** In the order of the way. */
export const hopBudgets: Readonly<Record<PictureHop, Budget>> = {
  encode: {
    label: "capture → encoded",
    between: "capture, the frame's bytes leave the encoder",
    budget: fixed(40),
  },
  fill: {
    label: "part fills",
    between: "first byte, last byte of the part at the packager",
    budget: fixed(320),
  },
  answerable: {
    label: "packager → answerable",
    between: "last byte in, part answerable at the origin",
    budget: fixed(5),
  },
  edge: {
    label: "origin → edge",
    between: "answerable at the origin, last byte at the edge",
    budget: ({ rttMs }) => rttMs + 5,
  },
  player: {
    label: "edge → viewer",
    between: "last byte at the edge, last byte in the player",
    budget: ({ rttMs }) => rttMs + 20,
  },
  due: {
    label: "player holds",
    between: "last byte in the player, the frame is due",
    budget: ({ node }) => (node === "dash" ? 700 : 960),
  },
  screen: { label: "decode and display", between: "due, presented", budget: fixed(60) },
  unexplained: {
    label: "unexplained",
    between: "glass to glass, less all the hops",
    budget: fixed(100),
  },
};

/**
 * How far over its budget a hop's median must be before it is called over: clocks, timers and one slow second are not a
 * fault. A tenth, and at least 10 ms. Part filling has 320 ms by construction and always uses them.
 */
export const toleranceOf = (budgetMs: number): number => Math.max(10, budgetMs / 10);
