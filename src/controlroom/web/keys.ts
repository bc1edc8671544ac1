// The keys of the page: one table for what they do and for the help.
export interface Key {
  readonly key: string;
  readonly says: string;
}

export const keys: readonly Key[] = [
  { key: "v", says: "the verdict and what it stands on" },
  { key: "1–5", says: "a block of the chain: broadcaster, CDN, exchange, ISP, viewers" },
  { key: "n", says: "the network and back to the chain" },
  { key: "c", says: "the cue desk: goal, card, VAR, score, push" },
  { key: "t", says: "plots over 2, 5 or 15 minutes" },
  { key: "l", says: "light or dark" },
  { key: "w", says: "wall: larger, without the small print" },
  { key: "?", says: "these keys" },
  { key: "Esc", says: "close what is open" },
];

/** How far back the plots look, s; `t` goes through them. */
export const windows: readonly number[] = [120, 300, 900];
