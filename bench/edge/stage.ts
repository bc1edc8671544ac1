// Where a run takes place: a folder, the client process on one core, the contenders on the other, all on free ports.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Closable, Scope } from "#base";
import { Client } from "./client/remote.ts";
import { nginx } from "./comparators/nginx.ts";
import { trafficServer } from "./comparators/trafficServer.ts";
import { varnish } from "./comparators/varnish.ts";
import type { Contender, Standing } from "./contender.ts";
import { floor } from "./floor.ts";
import { type Cost, metered } from "./meter.ts";
import { ours } from "./ours.ts";
import { serversFolder } from "./process.ts";

/** The core of the server that is measured, and that of everything else. */
const SERVER_CORE = 0;
const CLIENT_CORE = 1;

/** Those that ours is compared with. */
export const comparators: readonly Contender[] = [nginx, varnish, trafficServer];
export const contenders: readonly Contender[] = [ours, ...comparators];

/** The figures of one measurement: of each contender, one a run. */
export type Figures<Figure> = ReadonlyMap<string, readonly (Figure & { readonly cost: Cost })[]>;

export class Stage implements Closable {
  readonly client: Client;
  readonly runs: number;
  readonly clientCore = CLIENT_CORE;
  /** Share of the server's core that others took, one entry a run. */
  readonly foreign: number[] = [];
  readonly #folder: string;
  readonly #scope: Scope;
  readonly #standing = new Map<string, Standing>();
  #folders = 0;

  private constructor(client: Client, place: { folder: string; scope: Scope; runs: number }) {
    this.client = client;
    this.#folder = place.folder;
    this.#scope = place.scope;
    this.runs = place.runs;
  }

  static async open({ runs }: { runs: number }): Promise<Stage> {
    const scope = new Scope();
    const folder = serversFolder();
    scope.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = join(folder, "client");
    mkdirSync(place);
    const client = scope.own(await Client.start({ folder: place, core: CLIENT_CORE }));
    return new Stage(client, { folder, scope, runs });
  }

  /** A new folder of this run. */
  folder(name: string): string {
    const folder = join(this.#folder, `${name}-${this.#folders++}`);
    mkdirSync(folder);
    return folder;
  }

  /** Starts `contender` afresh; its caller closes it. */
  start(contender: Contender): Promise<Standing> {
    return contender.start({
      originPort: this.client.originPort,
      folder: this.folder(contender.name),
      core: SERVER_CORE,
    });
  }

  /** All contenders, and the floor under them where `withFloor`; started when first needed, stopped with the stage. */
  async all(withFloor = false): Promise<Standing[]> {
    const wanted = withFloor ? [floor, ...contenders] : contenders;
    for (const contender of wanted)
      if (!this.#standing.has(contender.name))
        this.#standing.set(contender.name, this.#scope.own(await this.start(contender)));
    return wanted.map(({ name }) => this.#standing.get(name) as Standing);
  }

  /**
   * Runs `work` with each of `standing`, run after run, in a turning order, so that what the machine does meanwhile falls
   * on all alike.
   */
  async compare<Figure extends object>(
    what: { title: string; standing: readonly Standing[]; secure?: boolean },
    work: (standing: Standing, run: number) => Promise<Figure>,
  ): Promise<Figures<Figure>> {
    const figures = new Map<string, (Figure & { cost: Cost })[]>();
    for (const { name } of what.standing) figures.set(name, []);
    for (let run = 0; run < this.runs; run += 1)
      for (let turn = 0; turn < what.standing.length; turn += 1) {
        const standing = what.standing[(run + turn) % what.standing.length] as Standing;
        const pid = what.secure ? (standing.tls?.pid ?? standing.pid) : standing.pid;
        const { result, cost } = await metered({ pid, core: SERVER_CORE }, () =>
          work(standing, run),
        );
        this.foreign.push(cost.foreign);
        figures.get(standing.name)?.push({ ...result, cost });
        console.error(`${what.title} · run ${run + 1} · ${standing.name}: ${told(result)}`);
      }
    return figures;
  }

  close(): Promise<void> {
    return this.#scope.close();
  }
}

const told = (result: object): string =>
  Object.entries(result)
    .map(([name, value]) => `${name} ${typeof value === "number" ? shown(value) : String(value)}`)
    .join(", ");

const shown = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 2 : 0);
