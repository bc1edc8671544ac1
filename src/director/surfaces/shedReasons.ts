// Why a request is sent away with 429: rows that feed the answer, the counters and the documents.

export const shedReasons = {
  rate: "all that can be answered is asked for by others of its kind",
  network: "its network has had its share",
  prefix: "its prefix has had its share of its network's",
} as const;
export type ShedReason = keyof typeof shedReasons;

/** A count for each reason. */
export const noneShed = (): Record<ShedReason, number> => ({ rate: 0, network: 0, prefix: 0 });
