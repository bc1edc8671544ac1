// The rows inside the blocks: one node each.
import type { Exchange, Network } from "#protocol";
import { BROADCAST_MS, glassToGlassBudget, toleranceOf } from "../budgets.ts";
import type { Answer } from "../inputs.ts";
import { BUSY_SHARE, FULL_SHARE } from "../limits.ts";
import type { Fact, Load, NodeRow, PartyName, State } from "../picture.ts";
import { captureIs } from "./status.ts";
import { type Edge, standsAt, stateOf, type View, type Viewer } from "./view.ts";
import { behind, counted, millis } from "./words.ts";

/** What a row needs besides what it can do without. */
export interface RowParts {
  id: string;
  name: string;
  kind: string;
  party: PartyName;
  state: State;
  word: string;
  load?: Load | null;
  facts?: readonly Fact[];
  why?: string | null;
  sessions?: readonly string[];
  json: unknown;
}

export function rowOf(view: View, parts: RowParts): NodeRow {
  return {
    load: null,
    facts: [],
    why: null,
    sessions: [],
    ...parts,
    since: view.since.of(`row ${parts.id}`, parts.word),
  };
}

/** A party's own process: up, or silent with the reason. */
export function processRow(
  view: View,
  answer: Answer<unknown>,
  parts: Pick<RowParts, "id" | "name" | "kind" | "party"> & Partial<RowParts>,
): NodeRow {
  const state = stateOf(answer, view.inputs);
  if (state === "good") return rowOf(view, { state, word: "up", json: answer.body, ...parts });
  const { id, name, kind, party } = parts;
  const why = `${answer.url}: ${answer.problem ?? "not asked yet"}`;
  const row = rowOf(view, { id, name, kind, party, state, word: state, why, json: answer.body });
  return { ...row, since: answer.since };
}

/** A state and a word for how full something is. */
function fullness(load: Load): { state: State; word: string } {
  const share = load.value / load.capacity;
  if (share >= FULL_SHARE) return { state: "trouble", word: "full" };
  return share >= BUSY_SHARE ? { state: "watch", word: "busy" } : { state: "good", word: "up" };
}

export function edgeRow(view: View, edge: Edge): NodeRow {
  const { heartbeat } = edge;
  const load = heartbeat && {
    value: heartbeat.mbps,
    capacity: heartbeat.capacityMbps,
    unit: "Mb/s",
  };
  const facts: Fact[] = heartbeat
    ? [
        { label: "viewers", value: view.summary ? edge.viewers.length : heartbeat.viewers },
        { label: "waiting", value: heartbeat.waiters },
        { label: "CPU", value: Math.round(heartbeat.cpu * 100), unit: "%" },
      ]
    : [];
  return rowOf(view, {
    id: `edge ${edge.id}`,
    name: edge.id,
    kind: `edge ${standsAt(view, edge)}`,
    party: "cdn",
    ...edgeState(view, edge, load),
    load: edge.up ? load : null,
    facts: edge.up ? facts : [],
    sessions: edge.viewers.map(({ session }) => session),
    json: { ...edge, viewers: edge.viewers.map(({ session }) => session) },
  });
}

function edgeState(
  view: View,
  edge: Edge,
  load: Load | null,
): Pick<NodeRow, "state" | "word" | "why"> {
  if (view.inputs.director.problem !== null)
    return {
      state: "waiting",
      word: "not told",
      why: "The director, who hears the edges, is silent: this is its last word.",
    };
  if (!edge.up) {
    const never = edge.heartbeat === null && view.since.before(`row edge ${edge.id}`) === null;
    return {
      state: never ? "waiting" : "silent",
      word: never ? "waiting" : "silent",
      why: edge.why,
    };
  }
  if (edge.heartbeat?.draining)
    return {
      state: "watch",
      word: "draining",
      why: "It takes no new viewers and serves those it has.",
    };
  if (!load) return { state: "waiting", word: "waiting", why: "No heartbeat has come yet." };
  const full = fullness(load);
  if (full.state === "good") return { ...full, why: edge.why };
  const share = Math.round((100 * load.value) / load.capacity);
  return { ...full, why: `It sends ${share} % of the ${load.capacity} Mb/s that it can.` };
}

export function portRow(
  view: View,
  exchange: Exchange,
  member: Exchange["members"][number],
): NodeRow {
  const { port } = member;
  const load = { value: Math.max(port.inMbps, port.outMbps), capacity: port.mbps, unit: "Mb/s" };
  return rowOf(view, {
    id: `port ${exchange.id} ${member.asn}`,
    name: member.name || `AS${member.asn}`,
    kind: `port of AS${member.asn}`,
    party: "exchange",
    ...fullness(load),
    load,
    facts: [
      { label: "in", value: port.inMbps, unit: "Mb/s" },
      { label: "out", value: port.outMbps, unit: "Mb/s" },
      { label: "one way", value: port.link.delayMs, unit: "ms" },
    ],
    json: member,
  });
}

export function networkRow(view: View, answer: Answer<Network>, network: Network): NodeRow {
  const { access } = network;
  const capacity = network.limitMbps ?? access.link.mbps;
  const load = capacity === null ? null : { value: access.downMbps, capacity, unit: "Mb/s" };
  const sessions = view.viewers
    .filter((viewer) => viewer.network === network.name)
    .map(({ session }) => session);
  const full = load ? fullness(load) : ({ state: "good", word: "up" } as const);
  return processRow(view, answer, {
    id: `network ${network.asn}`,
    name: network.name,
    kind: `AS${network.asn}, access link`,
    party: "isp",
    state: full.state,
    word: full.word,
    load,
    facts: [
      { label: "viewers", value: sessions.length },
      { label: "up", value: access.upMbps, unit: "Mb/s" },
      { label: "one way", value: access.link.delayMs, unit: "ms" },
    ],
    sessions,
    json: network,
  });
}

export function viewerRow(view: View, viewer: Viewer): NodeRow {
  const budget = glassToGlassBudget(viewer.protocol);
  const fromCamera = viewer.latencyFrom !== "origin";
  const late = fromCamera && viewer.latencyMs > budget + toleranceOf(budget);
  const why = fromCamera
    ? `${millis(viewer.latencyMs)} ${behind(captureIs(view.inputs.broadcaster.body))}; the budget is ${millis(budget)}.`
    : `${millis(viewer.latencyMs)} behind the origin: this player cannot know the camera's time.`;
  return rowOf(view, {
    id: `viewer ${viewer.session}`,
    name: viewer.session.slice(0, 8),
    kind: [viewer.protocol, viewer.rendition, viewer.network, viewer.edge]
      .filter(Boolean)
      .join(" · "),
    party: "viewer",
    state: late ? "watch" : "good",
    word: late ? "late" : "playing",
    load: { value: viewer.latencyMs, capacity: BROADCAST_MS, unit: "ms" },
    facts: [
      { label: "buffer", value: viewer.bufferMs, unit: "ms" },
      { label: "stalls", value: viewer.stalls },
    ],
    why: `${why} ${viewer.stalls === 0 ? "No stall." : `${counted(viewer.stalls, "stall")} since the start.`}`,
    sessions: [viewer.session],
    json: viewer,
  });
}
