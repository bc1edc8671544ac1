// Reads a network model: YAML, checked, its files merged in. A wrong one is refused with its line and what is allowed.
import { dirname, resolve } from "node:path";
import {
  type Found,
  type FoundExchange,
  JSON_BYTES_LIMIT,
  type NamedText,
  parseYaml,
  readIxf,
  readPeeringDb,
  type YamlFile,
} from "#network/formats";
import { type NetworkModel, networkModelSchema } from "#protocol";
import { boundedText } from "./boundedFile.ts";
import { checkModel } from "./checkModel.ts";
import { modelErrors } from "./errors.ts";
import { MEMBERS_LIMIT, MODEL_FILE_LIMIT } from "./limits.ts";
import { type MemberSource, mergeMembers } from "./mergeMembers.ts";

/** A model, its members complete and its paths whole, and what is worth an operator's look. */
export interface ReadModel {
  readonly model: NetworkModel;
  readonly warnings: readonly string[];
}

type Exchange = NetworkModel["exchanges"][number];

/** The scenario that ships: Italy, a match, four exchanges. */
export const italianModelFile = new URL("italy.yaml", import.meta.url).pathname;

/** The model that ships; no file but its own is read. */
export const readItaly = (): ReadModel => readModelFile(italianModelFile);

/** Reads and checks `file` and the files that it names. Throws `model/…` and `formats/…`. */
export function readModelFile(file: string): ReadModel {
  return parseModel(readText(file), file);
}

/** The same from text; `file` is named in refusals, and paths in the text are taken from its folder. */
export function parseModel(text: string, file: string): ReadModel {
  const read = parseYaml(text, file, {
    schema: networkModelSchema,
    limit: MODEL_FILE_LIMIT,
    seeAlso: "docs/operating/network-model.md lists what is allowed",
    make: (mistake, facts) => modelErrors.make(mistake, facts),
  });
  const warnings = checkModel(read.value, read.refuse);
  const within = (path: string): string => resolve(dirname(file), path);
  const peeringdb = readAll(read, within);
  const exchanges = read.value.exchanges.map((exchange, index) => {
    const path = ["exchanges", index];
    const ixf = exchange.ixf === undefined ? null : readOne(read, path, within(exchange.ixf));
    const sources = [
      ...(ixf ? [ixf.source] : []),
      ...peeringDbOf(exchange, peeringdb, { path, read }),
    ];
    const merged = mergeMembers(exchange.id, exchange.members, sources);
    if (merged.members.length > MEMBERS_LIMIT)
      read.refuse(
        path,
        `it has ${merged.members.length} members`,
        `At most ${MEMBERS_LIMIT} are held.`,
      );
    warnings.push(...(ixf?.warnings ?? []), ...merged.warnings);
    return { ...exchange, members: merged.members };
  });
  const tables = read.value.tables.map((table) => ({ ...table, file: within(table.file) }));
  const whole = { ...read.value, exchanges, tables };
  warnings.push(
    ...(peeringdb?.warnings ?? []),
    ...unnamed(whole, peeringdb),
    ...lonelyEdges(whole),
  );
  return { model: whole, warnings };
}

function readText(file: string): string {
  try {
    return boundedText(file, MODEL_FILE_LIMIT);
  } catch (failure) {
    throw modelErrors.make("file-unreadable", { file, why: (failure as Error).message }, failure);
  }
}

type Reading = YamlFile<NetworkModel>;

/** Text of a file that the model names; a missing one is refused at the line that names it. */
function readNamed(read: Reading, path: readonly PropertyKey[], file: string): NamedText {
  try {
    return { file, text: boundedText(file, JSON_BYTES_LIMIT) };
  } catch (failure) {
    return read.refuse(
      path,
      (failure as Error).message,
      "Paths are taken from the model's folder.",
    );
  }
}

function readAll(read: Reading, within: (path: string) => string): Found | null {
  const files = read.value.peeringdb.map((path, index) =>
    readNamed(read, ["peeringdb", index], within(path)),
  );
  return files.length === 0 ? null : readPeeringDb(files);
}

function readOne(
  read: Reading,
  path: readonly PropertyKey[],
  file: string,
): { source: MemberSource; warnings: readonly string[] } {
  const { text } = readNamed(read, [...path, "ixf"], file);
  const { exchanges, warnings } = readIxf(text, file);
  const { ixfId } = read.value.exchanges[path[1] as number] as Exchange;
  const ids = exchanges.map(({ id }) => id).join(", ");
  const [only] = exchanges;
  if (ixfId === undefined && exchanges.length !== 1)
    return read.refuse(
      [...path, "ixf"],
      `${file} tells of ${exchanges.length} exchanges`,
      `Say which with ixfId: ${ids || "none there"}.`,
    );
  const exchange = ixfId === undefined ? only : exchanges.find(({ id }) => id === ixfId);
  if (!exchange)
    return read.refuse([...path, "ixfId"], `${file} has no ixp_id ${ixfId}`, `Allowed: ${ids}.`);
  return { source: { name: file, exchange }, warnings };
}

/** What PeeringDB tells of an exchange, where the model says which one it is there. */
function peeringDbOf(
  { peeringdbId }: Exchange,
  found: Found | null,
  { path, read }: { path: readonly PropertyKey[]; read: Reading },
): MemberSource[] {
  if (peeringdbId === undefined || found === null) return [];
  const exchange: FoundExchange | undefined = found.exchanges.find(({ id }) => id === peeringdbId);
  return exchange
    ? [{ name: "PeeringDB", exchange }]
    : read.refuse(
        [...path, "peeringdbId"],
        `the PeeringDB files have no exchange ${peeringdbId}`,
        "Add its file to peeringdb:, or take the number out.",
      );
}

/** Exchanges in PeeringDB files that are none of the model's: they are left out. */
function unnamed({ exchanges }: NetworkModel, found: Found | null): string[] {
  const ids = new Set(exchanges.map(({ peeringdbId }) => peeringdbId));
  const count = (found?.exchanges ?? []).filter(({ id }) => !ids.has(id)).length;
  return count === 0
    ? []
    : [
        `PeeringDB tells of ${count} exchange${count === 1 ? "" : "s"} that no peeringdbId of the model names`,
      ];
}

/** Edges at an exchange where their own network is no member: nobody reaches them there, unless it tells more itself. */
const lonelyEdges = ({ edges, exchanges }: NetworkModel): string[] =>
  edges.flatMap(({ id, at, asn }) => {
    const exchange = exchanges.find((one) => one.id === at);
    return !exchange || exchange.url || exchange.members.some((member) => member.asn === asn)
      ? []
      : [`edge ${id} stands at ${at}, where AS${asn} is no member: nobody meets it there`];
  });
