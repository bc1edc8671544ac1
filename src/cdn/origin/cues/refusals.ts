// Why an entry was not taken: one row a reason, which feeds the counters and /metrics.
export const entryRefusals = {
  method: "Cues are entered by POST.",
  busy: "As many entries were being read as may be.",
  tooLarge: "The body was longer than an entry may be.",
  broken: "The body did not come whole.",
  storm: "More cues came than a channel takes.",
  malformed: "It was no entry, or of a kind or version that is not known.",
  outOfTime: "Its media time lay too far from now.",
} as const;
export type EntryRefusal = keyof typeof entryRefusals;

/** None of any. */
export const noRefusals = (): Record<EntryRefusal, number> => ({
  method: 0,
  busy: 0,
  tooLarge: 0,
  broken: 0,
  storm: 0,
  malformed: 0,
  outOfTime: 0,
});
