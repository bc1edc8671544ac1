// What the surfaces count, for `/metrics` and `/status`.
import type { DnsHandle } from "../dns/dnsServer.ts";
import type { PlayerDesk } from "./desk.ts";
import { askKinds } from "./fairGate.ts";

/** The surfaces of one director; the name server may be absent. */
export interface Surfaces {
  readonly desk: PlayerDesk;
  readonly dns: () => DnsHandle | null;
}

/** Counters, and families by label: who was shed and why, what became of DNS queries. */
export function surfaceNumbers({ desk, dns }: Surfaces) {
  return {
    counters: () => ({ ...desk.counters }),
    families: {
      shed: {
        kind: "counter",
        labels: ["asks", "reason"],
        read: () =>
          askKinds.flatMap((asks) =>
            Object.entries(desk.gate.shed[asks]).map(([reason, value]) => ({
              labels: { asks, reason },
              value,
            })),
          ),
      },
      asked: {
        kind: "gauge",
        labels: ["asks"],
        read: () => askKinds.map((asks) => ({ labels: { asks }, value: desk.gate.asked(asks) })),
      },
      pathwaysUntold: {
        kind: "gauge",
        labels: [],
        read: () => [{ labels: {}, value: desk.pathways.untold.length }],
      },
      dnsQueries: {
        kind: "counter",
        labels: ["outcome"],
        read: () =>
          Object.entries(dns()?.outcomes ?? {}).map(([outcome, value]) => ({
            labels: { outcome },
            value,
          })),
      },
    },
  } as const;
}

/** The same as JSON. */
export const surfaceStatus = ({ desk, dns }: Surfaces): object => ({
  requestsPerS: desk.gate.requestsPerS,
  asked: Object.fromEntries(askKinds.map((kind) => [kind, desk.gate.asked(kind)])),
  shed: desk.gate.shed,
  steeringOver: desk.over,
  pathwaysUntold: desk.pathways.untold,
  dns: dns()?.outcomes ?? null,
});
