// What becomes of a query: rows that feed the counters and the documents.

export const dnsOutcomes = {
  answered: "the addresses of the edges chosen, or the zone's own records",
  noData: "the name is known, the type is not, or no edge has an address of that family",
  noName: "the name is not in the zone",
  refused: "the name is outside the zone, or the zone itself was asked for",
  malformed: "the query breaks the rules of its form",
  notImplemented: "an operation other than QUERY",
  badVersion: "an EDNS version above 0",
  truncated: "the answer did not fit into UDP: again by TCP",
  slipped: "above its rate: again by TCP",
  limited: "above its rate: no answer",
  ignored: "not a query at all",
  failed: "our fault",
} as const;
export type DnsOutcome = keyof typeof dnsOutcomes;

export const noOutcomes = (): Record<DnsOutcome, number> => ({
  ...{ answered: 0, noData: 0, noName: 0, refused: 0, malformed: 0, notImplemented: 0 },
  ...{ badVersion: 0, truncated: 0, slipped: 0, limited: 0, ignored: 0, failed: 0 },
});
