// The lab: built from a description, handed to a play, taken down whatever happens.
import { type Closable, ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { claim, release } from "./claim.ts";
import { growth, readCounts, type WireCount, type WireCounts } from "./counters.ts";
import { LabViewers, viewersAt, type ViewersOptions } from "./crowd.ts";
import type { LabDescription, Line, NetworkDescription } from "./description.ts";
import { Emulator, emulatorProgram } from "./emulator.ts";
import { WAIT_LIMIT_MS, WAIT_PERIOD_MS } from "./limits.ts";
import { pictureOf } from "./picture.ts";
import { type LabPlan, planLab, wireIds } from "./plan.ts";
import type { LabProcess } from "./process.ts";
import { type Route, routesOf } from "./routes.ts";
import {
  addressesScript,
  isEmulated,
  type Names,
  routesScript,
  shapeLine,
  spacesScript,
} from "./script.ts";
import { ask, runScript } from "./shell.ts";
import { Station } from "./station.ts";

/** Builds a lab; what was built is taken down again when that fails. */
export async function openLab(description: LabDescription, { seed = 1 } = {}): Promise<Lab> {
  const plan = planLab(description);
  const names = await claim();
  const lab = new Lab(plan, names);
  try {
    await lab.build(seed);
    return lab;
  } catch (failure) {
    await lab.close();
    throw failure;
  }
}

export class Lab implements Closable {
  readonly plan: LabPlan;
  readonly names: Names;
  readonly #scope = new Scope();
  readonly #stations = new Map<string, Station>();
  readonly #emulators = new Map<string, Emulator>();
  readonly #processes = new Map<string, LabProcess>();
  readonly #crowds: LabViewers[] = [];
  readonly #withdrawn = new Set<string>();
  #routes: ReadonlyMap<string, Route[]> = new Map();
  #last: { at: number; counts: WireCounts } | null = null;

  constructor(plan: LabPlan, names: Names) {
    this.plan = plan;
    this.names = names;
    this.#scope.defer(() => release(names));
    this.#scope.defer(async () => {
      await Promise.all([...this.#emulators.values()].map((emulator) => emulator.close()));
    });
    this.#scope.defer(async () => {
      await Promise.all([...this.#processes.values()].map((process) => process.close()));
    });
    for (const station of plan.stations)
      this.#stations.set(
        station.name,
        new Station(station, {
          space: names.space(station.name),
          management: names.management(plan, station.name),
          adopt: (process) => this.#adopt(process),
        }),
      );
  }

  async build(seed: number): Promise<void> {
    await runScript(spacesScript(this.plan, this.names));
    const emulated = this.plan.wires.filter(isEmulated);
    const program = emulated.length > 0 ? await emulatorProgram() : "";
    const { names } = this;
    await Promise.all(
      emulated.map(async (wire, index) => {
        const options = { program, names, seed: seed + index };
        this.#emulators.set(wire.id, await Emulator.start(wire, options));
      }),
    );
    await runScript(addressesScript(this.plan, this.names));
    await this.#route();
  }

  /** A station, from which roles and programs run. */
  in(name: string): Station {
    const station = this.#stations.get(name);
    if (!station)
      throw new Error(`no station is called ${name}: ${[...this.#stations.keys()].join(" ")}`);
    return station;
  }

  network(id: string): NetworkDescription {
    const found = this.plan.description.networks.find((network) => network.id === id);
    if (!found) throw new Error(`no network is called ${id}`);
    return found;
  }

  /** What runs, by its id. */
  process(id: string): LabProcess {
    const process = this.#processes.get(id);
    if (!process)
      throw new Error(`nothing is called ${id}: ${[...this.#processes.keys()].join(", ")}`);
    return process;
  }

  get processes(): readonly LabProcess[] {
    return [...this.#processes.values()];
  }

  get crowds(): readonly LabViewers[] {
    return this.#crowds;
  }

  /** What is withdrawn now. */
  get withdrawn(): ReadonlySet<string> {
    return this.#withdrawn;
  }

  kill(id: string): Promise<void> {
    return this.process(id).kill();
  }

  freeze(id: string): void {
    this.process(id).freeze();
  }

  thaw(id: string): void {
    this.process(id).thaw();
  }

  /** Viewers of an access network. */
  async viewers({
    network,
    ...options
  }: ViewersOptions & { network: string }): Promise<LabViewers> {
    const described = this.network(network);
    const crowd = await LabViewers.start(this.in(viewersAt(described)), described, options);
    this.#crowds.push(crowd);
    return crowd;
  }

  /** What a wire carried since the lab was built: an exchange and whose port, or a wire's id. */
  async bytes(where: string, whose?: number): Promise<WireCount> {
    const id = whose === undefined ? where : wireIds.port(where, whose);
    const count = (await this.counts([id])).get(id);
    if (!count) throw new Error(`bug: ${id} was not counted`);
    return count;
  }

  /** All wires, or those called `ids`, at one moment. */
  counts(ids?: readonly string[]): Promise<WireCounts> {
    return readCounts(this.plan, this.names, ids);
  }

  /** What wires carried while `work` was done, and how long that was, from reading to reading, ms. */
  async during(
    ids: readonly string[],
    work: () => Promise<void>,
  ): Promise<{ counts: WireCounts; lastedMs: number }> {
    const read = async (): Promise<{ at: number; counts: WireCounts }> => {
      const start = systemClock.monotonic();
      const counts = await this.counts(ids);
      // A busy machine takes its time to read: the counters are of some moment within it.
      return { at: (start + systemClock.monotonic()) / 2, counts };
    };
    const before = await read();
    await work();
    const after = await read();
    const counts = new Map(
      ids.map((id) => [
        id,
        growth(before.counts.get(id) as WireCount, after.counts.get(id) as WireCount),
      ]),
    );
    return { counts, lastedMs: after.at - before.at };
  }

  /** An exchange, a member's port (`namex/12874`) or an interconnect loses its line, and everybody sends another way. */
  cut(id: string): Promise<void> {
    return this.#withdraw(id, { line: "down" });
  }

  /** The sessions at an exchange, of one member or of all, end; lines stay up. Traffic goes another way. */
  withdraw(where: string, whose?: number): Promise<void> {
    return this.#withdraw(whose === undefined ? where : wireIds.port(where, whose), {});
  }

  /** What was cut or withdrawn is there again. */
  async restore(id: string): Promise<void> {
    this.#withdrawn.delete(id);
    await this.#setLines(id, "up");
    await this.#route();
  }

  /** Another speed of a wire, in both directions: an exchange and whose port, or a wire's id. */
  async setPort(where: string, speed: { whose?: number; mbps: number }): Promise<void> {
    const id = speed.whose === undefined ? where : wireIds.port(where, speed.whose);
    for (const { station, device } of this.#wire(id).ends) {
      const words = shapeLine(device, speed.mbps).split(" ");
      await ask("tc", ["-n", this.names.space(station), ...words]);
    }
  }

  /** Another delay, jitter or loss of a wire that was described with some. */
  setLine(id: string, line: Line): void {
    const emulator = this.#emulators.get(id);
    if (!emulator) throw new Error(`${id} is a wire of the kernel's: describe it with a delay`);
    emulator.set(line);
  }

  /** What the emulator of a wire passed, lost and dropped, in the direction of its ends and back. */
  emulated(id: string): ReturnType<Emulator["counters"]> {
    const emulator = this.#emulators.get(id);
    if (!emulator) throw new Error(`${id} is a wire of the kernel's`);
    return emulator.counters();
  }

  /** Resolves when `happened` says so. Rejects after `withinMs` with the sentence and the last picture of the lab. */
  async until(
    sentence: string,
    happened: () => boolean | Promise<boolean>,
    { withinMs = WAIT_LIMIT_MS }: { withinMs?: number } = {},
  ): Promise<void> {
    const start = systemClock.monotonic();
    for (;;) {
      if (await happened()) return;
      if (systemClock.monotonic() - start > withinMs)
        throw new Error(
          `after ${withinMs} ms it was not so that ${sentence}\n${await this.#lastPicture()}`,
        );
      await systemClock.sleep(WAIT_PERIOD_MS);
    }
  }

  /** Who is where and what every wire carries, as text; rates since the last picture. */
  async picture(): Promise<string> {
    const at = systemClock.monotonic();
    const counts = await this.counts();
    const last = this.#last;
    this.#last = { at, counts };
    return pictureOf(this, { counts, last, elapsedMs: last ? at - last.at : 0 });
  }

  /** What else ends with the lab, before anything of it is taken down. */
  onClose(work: () => void | Promise<void>): void {
    this.#scope.defer(work);
  }

  /** Ends every process and removes every trace; idempotent. */
  close(): Promise<void> {
    return this.#scope.close();
  }

  /** With rates, also when nobody took a picture before. */
  async #lastPicture(): Promise<string> {
    await this.picture();
    await systemClock.sleep(SECOND_MS);
    return this.picture();
  }

  #adopt(process: LabProcess): LabProcess {
    const known = this.#processes.get(process.id);
    if (this.#scope.closed || (known && known.ended === null)) {
      void process.kill();
      throw new Error(known ? `two processes are called ${process.id}` : "the lab is closed");
    }
    this.#processes.set(process.id, process);
    return process;
  }

  #wire(id: string): LabPlan["wires"][number] {
    const wire = this.plan.wires.find((known) => known.id === id);
    if (!wire) throw new Error(`no wire is called ${id}`);
    return wire;
  }

  async #withdraw(id: string, { line }: { line?: "down" }): Promise<void> {
    const known =
      this.plan.wires.some((wire) => wire.id === id) ||
      this.plan.description.exchanges.some((exchange) => exchange.id === id);
    if (!known) throw new Error(`nothing here is called ${id}`);
    this.#withdrawn.add(id);
    if (line) await this.#setLines(id, line);
    await this.#route();
  }

  /** An exchange's own ports, or both ends of one wire. */
  async #setLines(id: string, line: "up" | "down"): Promise<void> {
    const exchange = this.plan.description.exchanges.some((known) => known.id === id);
    const ends = exchange
      ? this.plan.wires.flatMap((wire) => wire.ends).filter((end) => end.station === id)
      : [...this.#wire(id).ends];
    for (const { station, device } of ends)
      await ask("ip", ["-n", this.names.space(station), "link", "set", device, line]);
  }

  async #route(): Promise<void> {
    const after = routesOf(this.plan, this.#withdrawn);
    await runScript(routesScript(this.plan, this.names, { before: this.#routes, after }));
    this.#routes = after;
  }
}

/** How long one beat of a play is. */
const SECOND_MS = ms(1_000);
