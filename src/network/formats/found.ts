// What a document tells of exchanges, whatever its format, and what was left out of it.
import { NAME_LENGTH_LIMIT, WARNINGS_LIMIT } from "./limits.ts";

/** A network at an exchange, as a document tells it. */
export interface FoundMember {
  readonly asn: number;
  readonly name: string;
  /** All its ports there together, Mb/s; null: not told. */
  readonly portMbps: number | null;
  /** Whether it peers with the route server, by address family; null: not told. */
  readonly routeServer: { readonly 4: boolean | null; readonly 6: boolean | null };
  /** It says that it peers with everybody who asks. */
  readonly open: boolean;
  /** Its addresses in the peering LANs, as written. */
  readonly addresses: readonly string[];
}

/** An exchange and its members, each network once, in the order of the document. */
export interface FoundExchange {
  /** The document's own number of the exchange. */
  readonly id: number;
  readonly name: string;
  readonly city: string | null;
  readonly country: string | null;
  readonly members: readonly FoundMember[];
}

/** What a document tells. */
export interface Found {
  readonly exchanges: readonly FoundExchange[];
  /** What was left out and why, in sentences. */
  readonly warnings: readonly string[];
}

/** One connection of a network to an exchange. */
export interface FoundPort extends Omit<FoundMember, "portMbps"> {
  readonly mbps: number | null;
}

/** A network's ports at one exchange as one member: speeds add up, one port with a route server is enough. */
export function joinPorts(ports: readonly FoundPort[]): FoundMember[] {
  const members = new Map<number, FoundMember>();
  for (const { mbps, ...port } of ports) {
    const before = members.get(port.asn);
    members.set(port.asn, {
      ...port,
      portMbps: before?.portMbps || mbps ? (before?.portMbps ?? 0) + (mbps ?? 0) : null,
      name: before?.name || port.name,
      routeServer: {
        4: either(before?.routeServer[4], port.routeServer[4]),
        6: either(before?.routeServer[6], port.routeServer[6]),
      },
      open: before?.open || port.open,
      addresses: [...(before?.addresses ?? []), ...port.addresses],
    });
  }
  return [...members.values()];
}

/** True when one says so, false when one denies it, null when nobody says. */
export const either = (
  one: boolean | null | undefined,
  other: boolean | null | undefined,
): boolean | null => (one || other ? true : (one ?? other ?? null));

export const cut = (name: string | null | undefined): string =>
  (name ?? "").trim().slice(0, NAME_LENGTH_LIMIT);

/** A peering policy in words: whoever asks is peered with. */
export const isOpen = (policy: string | null | undefined): boolean => /^open\b/i.test(policy ?? "");

/** Sentences about what was left out: each kind told up to {@link WARNINGS_LIMIT} times, then as a number. */
export class Warnings {
  readonly #kinds = new Map<string, { told: string[]; more: number }>();

  /** `kind` names what is counted together, such as "connections that are not up". */
  add(kind: string, sentence: string): void {
    const entry = this.#kinds.get(kind) ?? { told: [], more: 0 };
    if (entry.told.length < WARNINGS_LIMIT) entry.told.push(sentence);
    else entry.more += 1;
    this.#kinds.set(kind, entry);
  }

  /** All that was told, kind by kind. */
  get sentences(): string[] {
    return [...this.#kinds].flatMap(([kind, { told, more }]) =>
      more > 0 ? [...told, `and ${more} more ${kind}`] : told,
    );
  }
}
