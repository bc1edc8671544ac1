// How bytes get from an edge to a viewer's network: the nearer, the fewer parties and ports on the way.

/** Best first, by the usual policy. */
export const pathClasses = [
  "on-net",
  "pni",
  "exchange",
  "exchange-rs",
  "exchange-remote",
  "transit",
] as const;
export type PathClass = (typeof pathClasses)[number];

/** What each class means, and whether its bytes count as local: they cross no transit and no exchange far away. */
export const pathClassTable = {
  "on-net": { label: "on-net", local: true, says: "the edge stands in the viewer's network" },
  pni: { label: "PNI", local: true, says: "a private interconnect joins the two networks" },
  exchange: {
    label: "exchange",
    local: true,
    says: "the two networks peer with each other at the exchange where the edge stands",
  },
  "exchange-rs": {
    label: "route server",
    local: true,
    says: "the two networks meet through the route server where the edge stands",
  },
  "exchange-remote": {
    label: "remote exchange",
    local: false,
    says: "the two networks meet at an exchange, but not where the edge stands",
  },
  transit: { label: "transit", local: false, says: "the two networks meet nowhere that is known" },
} as const satisfies Record<PathClass, { label: string; local: boolean; says: string }>;
