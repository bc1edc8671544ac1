// The five blocks of the chain, left to right.
import type { Answer } from "../inputs.ts";
import { NO_PARTS_MS, VIEWER_ROWS_LIMIT } from "../limits.ts";
import type { Block, Fact, NodeRow, PartyName, State } from "../picture.ts";
import { edgeRow, networkRow, portRow, processRow, viewerRow } from "./rows.ts";
import { renditionsOf } from "./status.ts";
import { type Edge, stateOf, type View } from "./view.ts";
import { broadcasterRows } from "./broadcasterRows.ts";
import { counted, lasting } from "./words.ts";

export function blocksOf(view: View): Block[] {
  const edges = view.edges.map((edge) => ({ edge, row: edgeRow(view, edge) }));
  return [
    broadcasterBlock(view),
    cdnBlock(view, edges),
    exchangeBlock(view, edges),
    ispBlock(view, edges),
    viewerBlock(view),
  ];
}

/** An edge with its row: the CDN's, standing in another's block. */
interface EdgeAndRow {
  readonly edge: Edge;
  readonly row: NodeRow;
}

const gravity: readonly State[] = ["good", "waiting", "watch", "silent", "trouble"];

function blockOf(
  view: View,
  parts: {
    party: PartyName;
    title: string;
    rows: readonly NodeRow[];
    /** Nodes of this party that stand in other blocks. */
    elsewhere?: readonly NodeRow[];
    empty: string | null;
  },
): Block {
  // A party answers for its own nodes, not for those of others that stand with it.
  const own = [...parts.rows, ...(parts.elsewhere ?? [])].filter(
    ({ party }) => party === parts.party,
  );
  const worst = own.reduce<NodeRow | null>(
    (found, row) =>
      !found || gravity.indexOf(row.state) > gravity.indexOf(found.state) ? row : found,
    null,
  );
  const state = worst?.state ?? "waiting";
  const word = state === "good" ? "ok" : worst ? wordOf(worst, parts.rows) : "nothing yet";
  return {
    party: parts.party,
    title: parts.title,
    state,
    word,
    why: state === "good" ? null : (worst?.why ?? null),
    since: view.since.of(`block ${parts.party}`, word),
    rows: parts.rows,
    empty: parts.rows.length === 0 ? parts.empty : null,
  };
}

/** A node that stands in another block is named. */
const wordOf = (row: NodeRow, here: readonly NodeRow[]): string =>
  here.includes(row) ? row.word : `${row.name} ${row.word}`;

function broadcasterBlock(view: View): Block {
  const rows = broadcasterRows(view);
  return blockOf(view, { party: "broadcaster", title: "Broadcaster", rows, empty: null });
}

function cdnBlock(view: View, edges: readonly EdgeAndRow[]): Block {
  const { director, telemetry } = view.inputs;
  const rows = [
    originRow(view),
    processRow(view, director, {
      id: "director",
      name: "director",
      kind: "sends viewers to edges",
      party: "cdn",
      facts: director.body
        ? [
            { label: "sessions a minute", value: director.body.sessionsLastMinute },
            { label: "target", value: director.body.target.latencyMs, unit: "ms" },
          ]
        : [],
      sessions: (director.body?.decisions ?? []).map(({ session }) => session),
    }),
    processRow(view, telemetry, {
      id: "telemetry",
      name: "telemetry",
      kind: "the last ten seconds",
      party: "cdn",
      // The viewers have rows of their own.
      ...(telemetry.body && {
        json: { ...telemetry.body, viewers: telemetry.body.viewers.length },
      }),
      facts: telemetry.body
        ? [{ label: "dropped", value: telemetry.body.dropped.hops + telemetry.body.dropped.events }]
        : [],
    }),
    // An edge whose place nobody knows still belongs to somebody.
    ...edges.filter(({ edge }) => edge.at === null && edge.in === null).map(({ row }) => row),
  ];
  return blockOf(view, {
    party: "cdn",
    title: "CDN",
    rows,
    elsewhere: edges.map(({ row }) => row),
    empty: null,
  });
}

/** The origin answers for its newest parts: a process that is up without new parts is not in order. */
function originRow(view: View): NodeRow {
  const { origin } = view.inputs;
  const own = {
    id: "origin",
    name: "origin",
    kind: "packager and part store",
    party: "cdn",
  } as const;
  if (!origin.body) return processRow(view, origin, own);
  const { count, behindMs, ready } = renditionsOf(origin.body);
  const facts: Fact[] = [{ label: "renditions", value: count }];
  if (behindMs !== null) facts.push({ label: "newest part behind", value: behindMs, unit: "ms" });
  if (!ready) {
    const why = "It has no playlist yet: the broadcaster's first segment is on its way.";
    return processRow(view, origin, { ...own, facts, state: "waiting", word: "not ready", why });
  }
  if (behindMs !== null && behindMs > NO_PARTS_MS) {
    const why = `Its newest part was captured ${lasting(behindMs)} ago.`;
    return processRow(view, origin, { ...own, facts, state: "trouble", word: "no parts", why });
  }
  return processRow(view, origin, { ...own, facts });
}

function exchangeBlock(view: View, edges: readonly EdgeAndRow[]): Block {
  const rows = view.inputs.exchanges.flatMap((answer) => {
    const exchange = answer.body;
    if (!exchange || answer.problem !== null) return [silentCarrier(view, answer, "exchange")];
    const here = edges.filter(({ edge }) => edge.at === exchange.id).map(({ row }) => row);
    return [...here, ...exchange.members.map((member) => portRow(view, exchange, member))];
  });
  const told = new Set(view.exchanges.map(({ id }) => id));
  const others = edges
    .filter(({ edge }) => edge.at !== null && !told.has(edge.at))
    .map(({ row }) => row);
  const title = view.exchanges.map(({ id }) => id).join(", ");
  return blockOf(view, {
    party: "exchange",
    title: title ? `Exchange · ${title}` : "Exchange",
    rows: [...others, ...rows],
    empty: "No exchange is part of this match: name one under exchanges in the match file.",
  });
}

function ispBlock(view: View, edges: readonly EdgeAndRow[]): Block {
  const rows = view.inputs.networks.flatMap((answer) => {
    const network = answer.body;
    if (!network) return [silentCarrier(view, answer, "network")];
    const here = edges.filter(({ edge }) => edge.in === network.asn).map(({ row }) => row);
    return [...here, networkRow(view, answer, network)];
  });
  const told = new Set(view.networks.map(({ asn }) => asn));
  const others = edges
    .filter(({ edge }) => edge.in !== null && !told.has(edge.in))
    .map(({ row }) => row);
  return blockOf(view, {
    party: "isp",
    title: "ISP",
    rows: [...others, ...rows],
    empty: "No access network is part of this match: name one under networks in the match file.",
  });
}

function silentCarrier(
  view: View,
  answer: Answer<{ id: string } | { name: string }>,
  kind: string,
): NodeRow {
  const { body, url } = answer;
  const name = body === null ? url.replace(/^https?:\/\//, "") : "id" in body ? body.id : body.name;
  const party = kind === "exchange" ? "exchange" : "isp";
  return processRow(view, answer, { id: `${kind} ${url}`, name, kind, party });
}

function viewerBlock(view: View): Block {
  const { viewers, inputs } = view;
  const latest = viewers.toSorted((a, b) => b.latencyMs - a.latencyMs).slice(0, VIEWER_ROWS_LIMIT);
  const rows = latest.map((viewer) => viewerRow(view, viewer));
  const silent = stateOf(inputs.telemetry, inputs) === "silent";
  return blockOf(view, {
    party: "viewer",
    title: rows.length === 0 ? "Viewers" : counted(viewers.length, "viewer"),
    rows,
    empty: silent
      ? "Telemetry is silent: who is watching is not known."
      : `No viewer yet: open ${inputs.fixture.watchUrl}`,
  });
}
