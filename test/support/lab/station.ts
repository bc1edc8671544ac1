// A place in the lab, from which programs run.
import { COMPILE_CACHE } from "#base/compileCache";
import type { RoleName, RoleOptions } from "#cli";
import type { Dual } from "./description.ts";
import type { PlannedStation } from "./plan.ts";
import { LabProcess } from "./process.ts";

const LAUNCHER = new URL("../../../bin/regista", import.meta.url).pathname;

/** What a station needs of its lab. */
export interface StationContext {
  readonly space: string;
  /** Its address for operators. */
  readonly management: string;
  /** Takes a process into the lab's care. Throws when another has its id. */
  readonly adopt: (process: LabProcess) => LabProcess;
}

export interface StartOptions {
  /** As plays call it; default `ROLE STATION`. */
  readonly as?: string;
}

/** `lab.in(name)`. */
export class Station {
  readonly name: string;
  readonly asn: number;
  readonly kind: PlannedStation["kind"];
  /** Where others reach what runs here; null at an exchange. */
  readonly address: Dual | null;
  /** Where operators, and this process, reach it. */
  readonly management: string;
  readonly #context: StationContext;

  constructor({ name, asn, kind, address }: PlannedStation, context: StationContext) {
    this.name = name;
    this.asn = asn;
    this.kind = kind;
    this.address = address;
    this.management = context.management;
    this.#context = context;
  }

  /**
   * Runs `bin/regista ROLE` here, on all addresses; resolves once it listens. Its `url` is where other parties find it, its
   * `door` where operators do.
   */
  async start<Name extends RoleName>(
    role: Name,
    options: RoleOptions<Name>,
    { as = `${role} ${this.name}` }: StartOptions = {},
  ): Promise<LabProcess> {
    const given = JSON.stringify({ host: "::", ...options });
    const started = this.#run(as, [LAUNCHER, role, "--json", given], { ipc: true });
    const url = await started.first((message) => urlIn(message));
    const { port } = new URL(url);
    started.door = `http://${this.management}:${port}`;
    started.url = this.address ? `http://${this.address.ipv4}:${port}` : started.door;
    return started;
  }

  /** Runs any program here. It counts as running at once. */
  spawn(words: readonly string[], { as }: Required<StartOptions>): LabProcess {
    const started = this.#run(as, words, { ipc: false });
    started.state = "running";
    return started;
  }

  /** Runs a module of ours on this runtime, with a channel to it. */
  fork(module: string, words: readonly string[], { as }: Required<StartOptions>): LabProcess {
    return this.#run(as, [process.execPath, module, ...words], { ipc: true });
  }

  #run(id: string, words: readonly string[], { ipc }: { ipc: boolean }): LabProcess {
    const { space, adopt } = this.#context;
    const env = {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      REGISTA_LOG: process.env["REGISTA_LOG"] ?? "warn",
    };
    return adopt(new LabProcess({ id, station: this.name, space, words, ipc, env }));
  }
}

/** A role's first message: that it listens, or why it cannot. */
function urlIn(message: unknown): string | null {
  const said = message as { ready?: { url: string }; failed?: { why: string } };
  if (said.failed) throw new Error(said.failed.why);
  return said.ready?.url ?? null;
}
