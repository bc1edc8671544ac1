// Reads PeeringDB JSON: the API's objects ix, ixlan, net and netixlan, each as it answers them ({ "data": [] }) or all in
// one document by name, and a compact list of exchanges with their members.
import { z } from "zod";
import { cut, type Found, type FoundPort, isOpen, joinPorts, Warnings } from "./found.ts";
import { type JsonPlace, parseJsonText, shaped, wrongShape } from "./jsonFile.ts";
import { EXCHANGES_LIMIT, JSON_BYTES_LIMIT, MEMBERS_LIMIT, ROWS_LIMIT } from "./limits.ts";

const text = z.string().nullish();
const whole = z.number().int();
const asn = whole.min(1).max(4_294_967_295);
const status = z.string().nullish();

const rowSchemas = {
  ix: z.array(z.object({ id: whole, name: text, city: text, country: text, status })),
  ixlan: z.array(z.object({ id: whole, ix_id: whole, status })),
  net: z.array(z.object({ asn, name: text, policy_general: text, status })),
  netixlan: z.array(
    z.object({
      asn,
      ix_id: whole.nullish(),
      ixlan_id: whole,
      speed: z.number().nonnegative().nullish(),
      is_rs_peer: z.boolean().nullish(),
      ipaddr4: text,
      ipaddr6: text,
      operational: z.boolean().nullish(),
      status,
    }),
  ),
};
type Kind = keyof typeof rowSchemas;
type Row<Of extends Kind> = z.output<(typeof rowSchemas)[Of]>[number];
const kinds = Object.keys(rowSchemas) as Kind[];
const answerSchema = z.object({ data: z.array(z.unknown()).max(ROWS_LIMIT) });

const compactSchema = z.object({
  exchanges: z
    .array(
      z.object({
        id: whole,
        name: text,
        city: text,
        country: text,
        members: z.array(z.object({ asn, name: text })).max(MEMBERS_LIMIT),
      }),
    )
    .max(EXCHANGES_LIMIT),
});

const cure = "Save the API's answer as it comes: https://www.peeringdb.com/api/netixlan?ix_id=…";

/** A document to read: its text, and its name for refusals. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/**
 * The exchanges of PeeringDB documents and their members: several documents are one, since the API answers each kind of
 * object alone. Throws `formats/too-large`, `formats/not-json` and `formats/wrong-shape`.
 */
export function readPeeringDb(documents: readonly NamedText[]): Found {
  const tables = new Tables();
  for (const document of documents) read(document, tables);
  return tables.found();
}

function read({ file, text }: NamedText, tables: Tables): void {
  const value = parseJsonText(text, file, JSON_BYTES_LIMIT);
  const place = { file, cure };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongShape({ ...place, problem: "it is not an object" });
  if ("exchanges" in value) {
    tables.takeCompact(shaped(value, compactSchema, place));
    return;
  }
  if ("data" in value) {
    const rows = rowsOf(value, place);
    if (rows.length > 0) tables.take(kindOf(rows[0], place), rows, { ...place, path: ["data"] });
    return;
  }
  const held = kinds.filter((kind) => kind in value);
  if (held.length === 0)
    throw wrongShape({ ...place, problem: `it has neither data nor ${kinds.join(", ")}` });
  for (const kind of held) {
    const inside = { ...place, path: [kind] };
    const rows = rowsOf((value as Record<Kind, unknown>)[kind], inside);
    tables.take(kind, rows, { ...inside, path: [kind, "data"] });
  }
}

const rowsOf = (value: unknown, place: JsonPlace): unknown[] =>
  shaped(value, answerSchema, place).data;

/** Which object the API answered: told by the fields that only it has. */
function kindOf(row: unknown, place: JsonPlace): Kind {
  const fields = typeof row === "object" && row !== null ? row : {};
  if ("ixlan_id" in fields && "asn" in fields) return "netixlan";
  if ("asn" in fields) return "net";
  if ("ix_id" in fields) return "ixlan";
  if ("city" in fields && "name" in fields) return "ix";
  throw wrongShape({
    ...place,
    path: ["data", 0],
    problem: `it is none of ${kinds.join(", ")}`,
  });
}

/** All documents' rows by kind. */
class Tables {
  readonly #exchanges = new Map<number, Omit<Row<"ix">, "status">>();
  readonly #lans = new Map<number, number>();
  readonly #networks = new Map<number, Pick<Row<"net">, "name" | "policy_general">>();
  readonly #ports: Row<"netixlan">[] = [];
  readonly #warnings = new Warnings();

  take(kind: Kind, rows: readonly unknown[], place: JsonPlace): void {
    const list: Row<Kind>[] = shaped(rows, rowSchemas[kind], place);
    for (const row of list) {
      if (row.status && row.status !== "ok")
        this.#warnings.add(
          "rows that are not in force",
          `${place.file}: a row of ${kind} is ${cut(row.status)}, left out`,
        );
      else this.#keep(kind, row);
    }
  }

  #keep(kind: Kind, row: Row<Kind>): void {
    if (kind === "ix") this.#exchanges.set((row as Row<"ix">).id, row as Row<"ix">);
    else if (kind === "ixlan")
      this.#lans.set((row as Row<"ixlan">).id, (row as Row<"ixlan">).ix_id);
    else if (kind === "net") this.#networks.set((row as Row<"net">).asn, row as Row<"net">);
    else this.#ports.push(row as Row<"netixlan">);
  }

  takeCompact({ exchanges }: z.output<typeof compactSchema>): void {
    for (const { members, ...exchange } of exchanges) {
      this.#exchanges.set(exchange.id, exchange);
      for (const { asn, name } of members) {
        if (!this.#networks.has(asn)) this.#networks.set(asn, { name, policy_general: null });
        this.#ports.push({ asn, ix_id: exchange.id, ixlan_id: exchange.id });
      }
    }
  }

  found(): Found {
    const ports = new Map<number, FoundPort[]>([...this.#exchanges.keys()].map((id) => [id, []]));
    for (const row of this.#ports) {
      const id = row.ix_id ?? this.#lans.get(row.ixlan_id) ?? row.ixlan_id;
      if (row.operational === false)
        this.#warnings.add(
          "ports that are not operational",
          `PeeringDB: AS${row.asn} at exchange ${id} is not operational, left out`,
        );
      else {
        const list = ports.get(id) ?? [];
        list.push(this.#portOf(row));
        ports.set(id, list);
      }
    }
    const exchanges = [...ports].map(([id, list]) => {
      const exchange = this.#exchanges.get(id);
      return {
        id,
        name: cut(exchange?.name),
        city: exchange?.city ? cut(exchange.city) : null,
        country: exchange?.country ? cut(exchange.country) : null,
        members: joinPorts(list),
      };
    });
    return { exchanges, warnings: this.#warnings.sentences };
  }

  #portOf(row: Row<"netixlan">): FoundPort {
    const network = this.#networks.get(row.asn);
    const told = row.is_rs_peer ?? null;
    return {
      asn: row.asn,
      name: cut(network?.name),
      mbps: row.speed || null,
      // PeeringDB tells it of a port, not of a family: it holds for those that the port has.
      routeServer: { 4: row.ipaddr4 || !row.ipaddr6 ? told : null, 6: row.ipaddr6 ? told : null },
      open: isOpen(network?.policy_general),
      addresses: [row.ipaddr4, row.ipaddr6].filter((address): address is string =>
        Boolean(address),
      ),
    };
  }
}
