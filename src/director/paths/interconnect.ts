// Who meets whom and where: exchanges with their members, and PNIs, as written in the model and as carriers tell them.
import type { MonoMs } from "#base";
import type { Exchange, Network, NetworkModel } from "#protocol";

/** A network's presence at an exchange. What was not told has the model's word, or the usual one. */
export interface Member {
  readonly asn: number;
  readonly name: string | null;
  readonly mbps: number;
  readonly up: boolean;
  readonly routeServer: boolean;
  readonly bilateral: "all" | ReadonlySet<number>;
  /** Into the fabric and out of it over the last second; null: nobody told. */
  readonly inMbps: number | null;
  readonly outMbps: number | null;
}

export interface MeetingPoint {
  readonly id: string;
  readonly name: string;
  readonly place: string | null;
  readonly members: ReadonlyMap<number, Member>;
  /** Null: the exchange has not spoken, all of this is the model's. */
  readonly toldAt: MonoMs | null;
}

/** A private interconnect of two networks. */
export interface Pni {
  readonly id: string;
  readonly between: readonly [number, number];
  readonly place: string | null;
  readonly mbps: number;
  readonly up: boolean;
  /** Towards the network that told it; null: nobody told. */
  readonly usedMbps: number | null;
  readonly toldAt: MonoMs | null;
}

/** Networks whose meetings changed. */
export type Touched = ReadonlySet<number>;
const nobody: Touched = new Set();

type PniWord = NonNullable<Network["pnis"]>[number];
const pairOf = (a: number, b: number): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

export class Interconnect {
  readonly #written: ReadonlyMap<string, MeetingPoint>;
  readonly #writtenPnis: ReadonlyMap<string, Pni>;
  readonly #exchanges: Map<string, MeetingPoint>;
  /** Which exchange each source speaks for. */
  readonly #speakers = new Map<string, string>();
  readonly #unheard = new Map<string, string>();
  readonly #pniWords = new Map<string, { asn: number; pnis: readonly PniWord[]; at: MonoMs }>();
  #pnis: ReadonlyMap<string, Pni>;
  #byPair: ReadonlyMap<string, readonly Pni[]>;
  #presences: ReadonlyMap<number, readonly string[]> | null = null;
  #meetsPrivately: ReadonlySet<number> = nobody;

  constructor(model: Pick<NetworkModel, "exchanges" | "pnis">) {
    this.#written = new Map(model.exchanges.map((one) => [one.id, writtenPoint(one)]));
    this.#exchanges = new Map(this.#written);
    this.#writtenPnis = new Map(
      model.pnis.map((pni) => [pni.id, { ...pni, up: true, usedMbps: null, toldAt: null }]),
    );
    this.#pnis = this.#writtenPnis;
    this.#byPair = this.#index();
  }

  get exchanges(): ReadonlyMap<string, MeetingPoint> {
    return this.#exchanges;
  }

  get pnis(): ReadonlyMap<string, Pni> {
    return this.#pnis;
  }

  pnisBetween(a: number, b: number): readonly Pni[] {
    return this.#byPair.get(pairOf(a, b)) ?? [];
  }

  /** The exchanges where `asn` has a port, up or not, by id. */
  exchangesOf(asn: number): readonly string[] {
    this.#presences ??= presencesIn(this.#exchanges.values());
    return this.#presences.get(asn) ?? [];
  }

  /** Whether `asn` meets anybody anywhere that is known. */
  knows(asn: number): boolean {
    return this.exchangesOf(asn).length > 0 || this.#meetsPrivately.has(asn);
  }

  /** Sources that speak for an exchange that another speaks for already: they are not heard. */
  get unheard(): ReadonlyMap<string, string> {
    return this.#unheard;
  }

  /** Takes an exchange's word. Of two sources that speak for one exchange, the first is heard. */
  learnExchange(source: string, message: Exchange, at: MonoMs): Touched {
    const speaker = [...this.#speakers].find(([, id]) => id === message.id)?.[0];
    if (speaker !== undefined && speaker !== source) {
      this.#unheard.set(source, message.id);
      return nobody;
    }
    this.#unheard.delete(source);
    const touched = new Set<number>();
    const left = this.#speakers.get(source);
    if (left !== undefined && left !== message.id)
      this.#put(left, this.#written.get(left), touched);
    this.#speakers.set(source, message.id);
    const written = this.#written.get(message.id);
    this.#put(message.id, toldPoint(message, { written, at }), touched);
    return touched;
  }

  #put(id: string, next: MeetingPoint | undefined, touched: Set<number>): void {
    const before = this.#exchanges.get(id);
    if (next) this.#exchanges.set(id, next);
    else this.#exchanges.delete(id);
    for (const asn of new Set([...(before?.members.keys() ?? []), ...(next?.members.keys() ?? [])]))
      if (!sameSessions(before?.members.get(asn), next?.members.get(asn))) touched.add(asn);
    if (touched.size > 0) this.#presences = null;
  }

  /** Takes what a network tells of its PNIs. */
  learnNetwork(source: string, message: Network, at: MonoMs): Touched {
    const had = this.#pniWords.get(source);
    const pnis = message.pnis ?? [];
    if (!had && pnis.length === 0) return nobody;
    this.#pniWords.set(source, { asn: message.asn, pnis, at });
    const before = this.#pnis;
    this.#pnis = this.#mergedPnis();
    this.#byPair = this.#index();
    const touched = new Set<number>();
    for (const id of new Set([...before.keys(), ...this.#pnis.keys()])) {
      const [old, now] = [before.get(id), this.#pnis.get(id)];
      if (old?.up !== now?.up || String(old?.between) !== String(now?.between))
        for (const asn of [...(old?.between ?? []), ...(now?.between ?? [])]) touched.add(asn);
    }
    return touched;
  }

  #index(): ReadonlyMap<string, readonly Pni[]> {
    this.#meetsPrivately = new Set([...this.#pnis.values()].flatMap(({ between }) => between));
    return Map.groupBy(this.#pnis.values(), ({ between }) => pairOf(...between));
  }

  #mergedPnis(): ReadonlyMap<string, Pni> {
    const merged = new Map(this.#writtenPnis);
    for (const { asn, pnis, at } of this.#pniWords.values()) {
      for (const word of pnis) {
        const pair = pairOf(asn, word.with);
        const same = merged.get(word.id);
        const known = same && pairOf(...same.between) === pair ? same : undefined;
        // Two networks may use one id for different lines: what the model does not know has its teller's number before it.
        const id = known ? word.id : `${asn}.${word.id}`;
        merged.set(id, {
          id,
          between: known?.between ?? [asn, word.with],
          place: known?.place ?? null,
          mbps: word.mbps,
          // A line that one of its ends has lost is lost; each end tells its own load.
          up: (word.up ?? true) && (known?.up ?? true),
          usedMbps: Math.max(word.inMbps, known?.usedMbps ?? 0),
          toldAt: at,
        });
      }
    }
    return merged;
  }
}

function writtenPoint(exchange: NetworkModel["exchanges"][number]): MeetingPoint {
  const members = exchange.members.map(({ asn, portMbps, routeServer, bilateral }): Member => {
    const open = bilateral === "all" ? bilateral : new Set(bilateral);
    const told = { name: null, inMbps: null, outMbps: null };
    return { asn, mbps: portMbps, up: true, routeServer, bilateral: open, ...told };
  });
  const { id, name, place } = exchange;
  return { id, name, place, toldAt: null, members: new Map(members.map((one) => [one.asn, one])) };
}

/** An exchange knows its members and ports. Of sessions among members it may know nothing: then the model's word stands. */
function toldPoint(
  message: Exchange,
  { written, at }: { written: MeetingPoint | undefined; at: MonoMs },
): MeetingPoint {
  const members = message.members.map(({ asn, name, port, routeServer, bilateral }): Member => {
    const before = written?.members.get(asn);
    const told = Array.isArray(bilateral) ? new Set(bilateral) : bilateral;
    return {
      asn,
      name,
      mbps: port.mbps,
      up: port.up ?? true,
      routeServer: routeServer ?? before?.routeServer ?? true,
      bilateral: told ?? before?.bilateral ?? "all",
      inMbps: port.inMbps,
      outMbps: port.outMbps,
    };
  });
  return {
    id: message.id,
    name: written?.name ?? message.id,
    place: message.place || (written?.place ?? null),
    members: new Map(members.map((one) => [one.asn, one])),
    toldAt: at,
  };
}

function sameSessions(a: Member | undefined, b: Member | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.up !== b.up || a.routeServer !== b.routeServer) return false;
  const [mine, theirs] = [a.bilateral, b.bilateral];
  if (mine === "all" || theirs === "all") return mine === theirs;
  return mine.size === theirs.size && [...mine].every((asn) => theirs.has(asn));
}

function presencesIn(exchanges: Iterable<MeetingPoint>): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const { id, members } of exchanges) {
    for (const asn of members.keys()) {
      const list = found.get(asn) ?? [];
      list.push(id);
      found.set(asn, list);
    }
  }
  return found;
}
