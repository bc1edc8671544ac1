// The director's network at its start: a model, edges and carriers beside it, and tables that are read while it serves.
import { type Closable, elapsed, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { NetworkModel } from "#protocol";
import { directorErrors } from "./errors.ts";
import { TABLE_LOG_ROWS } from "./limits.ts";
import { loadTables, readModelFile } from "./model/index.ts";
import type { AddressRange } from "./paths/homes.ts";
import type { Source } from "./poller.ts";
import { type EdgeDeclaration, emptyModel, Topology } from "./topology.ts";

/** What of the director's options says how the network is. */
export interface NetworkOptions {
  /** Edges beside the model's. */
  readonly edges: readonly EdgeDeclaration[];
  /** Base URLs of exchanges (`GET /exchange`) beside the model's, asked each second. */
  readonly exchanges: readonly string[];
  /** Base URLs of networks (`GET /network`) beside the model's, asked each second. Of two that announce one prefix the first listed has it. */
  readonly networks: readonly string[];
  /** The network as it is written, checked. Default: nothing is written, all is told. */
  readonly model?: NetworkModel | null | undefined;
  /** The same in a file (YAML), instead. Default: none. */
  readonly modelFile?: string | null | undefined;
  /** Tables of whose address is whose, beside the model's; read after the start, while viewers are served. */
  readonly tables?: NetworkModel["tables"] | undefined;
}

export interface OpenNetwork {
  readonly topology: Topology;
  /** Whom to ask, and for what. */
  readonly sources: readonly Source[];
}

/** Reads the model and joins all lists. Throws `director/bad-option`, `model/…` and `formats/…`. */
export function openNetwork(options: NetworkOptions, log: Log): OpenNetwork {
  const model = modelOf(options, log);
  const carriers = {
    exchanges: joined(model.exchanges, options.exchanges),
    networks: joined(model.networks, options.networks),
  };
  const edges = options.edges.map(bareEdge);
  const topology = new Topology(model, { edges, networks: carriers.networks });
  const sources: Source[] = [
    ...carriers.exchanges.map((url) => ({ kind: "exchange", url }) as const),
    ...carriers.networks.map((url) => ({ kind: "network", url }) as const),
  ];
  return { topology, sources };
}

function modelOf({ model, modelFile, tables = [] }: NetworkOptions, log: Log): NetworkModel {
  if (model && modelFile) {
    const problem = "there is a model beside it";
    throw directorErrors.make("bad-option", { option: "modelFile", problem });
  }
  const read = modelFile ? readModelFile(modelFile) : { model: model ?? emptyModel, warnings: [] };
  for (const warning of read.warnings) log.warn({ modelFile }, warning);
  return {
    ...read.model,
    edges: read.model.edges.map(bareEdge),
    tables: [...read.model.tables, ...tables],
  };
}

const bareEdge = <Edge extends EdgeDeclaration>(edge: Edge): Edge => ({
  ...edge,
  url: bare(edge.url),
});

/** Each URL once, the options' first. */
function joined(
  written: readonly { readonly url?: string | undefined }[],
  given: readonly string[],
): string[] {
  const all = [...given, ...written.map(({ url }) => url)].filter((url) => url !== undefined);
  return [...new Set(all.map(bare))];
}

/** A URL without slashes at its end. */
export const bare = (url: string): string => url.replace(/\/+$/, "");

/**
 * Reads the tables into the topology; other work gets its turn meanwhile. One that cannot be read is logged with its
 * code, and the director goes on with what was read by then.
 */
export class TableReading implements Closable {
  /** Resolves when there is nothing more to read, for whatever reason. */
  readonly done: Promise<void>;
  readonly #topology: Topology;
  readonly #context: { clock: Clock; log: Log };
  #closed = false;

  constructor(topology: Topology, context: { clock: Clock; log: Log }) {
    this.#topology = topology;
    this.#context = context;
    this.done = topology.model.tables.length === 0 ? Promise.resolve() : this.#read();
  }

  async #read(): Promise<void> {
    const { clock, log } = this.#context;
    const topology = this.#topology;
    const begun = clock.monotonic();
    let next = TABLE_LOG_ROWS;
    const onProgress = (file: string, { rows }: { rows: number }): void => {
      if (rows < next) return;
      log.info({ file, rows }, "reading a table of addresses");
      next = rows + TABLE_LOG_ROWS;
    };
    const take = (range: AddressRange): void => {
      if (this.#closed) throw new Error("the director stops");
      topology.takeRange(range);
    };
    try {
      const { rows, skipped } = await loadTables(topology.model, { take, clock, onProgress });
      const { prefixes, bytes } = topology.tables;
      const took = { seconds: elapsed(begun, clock.monotonic()) / 1_000 };
      log.info({ rows, skipped, prefixes, bytes, ...took }, "tables of addresses are read");
    } catch (failure) {
      if (this.#closed) return;
      const error = directorErrors.make("table-unread", { problem: sentenceOf(failure) });
      log.warn({ code: error.code }, sentenceOf(error));
      topology.tableLost(sentenceOf(error));
    }
    topology.tablesLoaded();
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.done;
  }
}
