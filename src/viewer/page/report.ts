// What the viewer tells telemetry, each second: CMCD version 2 in event mode (CTA-5004-B) and its hop stamps. Straight to
// the collector, never through a carrier; a collector that does not answer costs nothing but the report.
import type { Hops, MediaHop } from "#protocol";
import { isDash } from "../players/choose.ts";
import type { PlayerState, Protocol } from "../players/player.ts";
import { CMCD_MEDIA_TYPE, cmcdKeys, type CmcdRecord, encodeCmcd } from "#telemetry/cmcd";
import type { Phase, View } from "./view.ts";

/** The longest that a report may take, ms. */
const REPORT_DEADLINE_MS = 2_000;
/** Stamps that wait for the next report at most. */
const HOPS_WAITING_LIMIT = 60;

/** CTA-5004-B's words for what a player is doing. */
export type PlayerWord = "starting" | "playing" | "rebuffering" | "paused" | "failed" | "quit";

const states: Readonly<Record<PlayerWord, string>> = {
  starting: "s",
  playing: "p",
  rebuffering: "r",
  paused: "a",
  failed: "f",
  quit: "q",
};

const words: Readonly<Record<Phase, PlayerWord>> = {
  finding: "starting",
  starting: "starting",
  playing: "playing",
  waiting: "rebuffering",
  paused: "paused",
  stopped: "failed",
};

/** What a report is made of. */
export interface Watching {
  session: string;
  channel: string;
  protocol: Protocol;
  word: PlayerWord;
  /** UTC, ms. */
  at: number;
  sequence: number;
  latencyMs: number | null;
  /** From the cohort's target, + late. */
  syncErrorMs: number | null;
  /** The least distance that this viewer could hold. */
  needMs: number | null;
  cohort: string | null;
  clockErrorMs: number | null;
  bufferMs: number;
  bitrateKbps: number | null;
  topBitrateKbps: number | null;
  rate: number;
  edge: string | null;
  network: string | null;
  rendition: string | null;
  stalls: number;
  /** Cues since the page began. */
  cues: { readonly late: number; readonly lost: number };
}

/** A report of what is on the page. `onScreen`: the rendition of the frame that is seen; `last`: the person leaves. */
export function watchingOf(
  view: View,
  told: Pick<Watching, "session" | "channel" | "protocol" | "at" | "cues"> & {
    state: PlayerState;
    onScreen: string | null;
    last: boolean;
  },
): Omit<Watching, "sequence"> {
  const { state, onScreen, last, ...rest } = told;
  return {
    ...rest,
    word: last ? "quit" : words[view.phase],
    latencyMs: view.latencyMs,
    syncErrorMs: view.syncErrorMs,
    needMs: view.needMs,
    cohort: view.cohort,
    clockErrorMs: view.clockErrorMs,
    bufferMs: view.bufferMs,
    bitrateKbps: state.bitrateKbps,
    topBitrateKbps: state.topBitrateKbps,
    rate: view.rate,
    edge: view.edge?.id ?? null,
    network: view.network,
    rendition: onScreen ?? state.rendition,
    stalls: view.stalls,
  };
}

/** One CMCD event of the kind "time interval". What is not known is left out. */
export function cmcdOf(watching: Watching): CmcdRecord {
  const record: CmcdRecord = {
    e: "t",
    v: 2,
    sid: watching.session,
    cid: watching.channel,
    sn: watching.sequence,
    ts: Math.round(watching.at),
    sf: isDash(watching.protocol) ? "d" : "h",
    st: "l",
    sta: states[watching.word],
    bl: video(watching.bufferMs),
    pr: watching.rate,
    [cmcdKeys.stalls]: watching.stalls,
    [cmcdKeys.protocol]: watching.protocol,
    [cmcdKeys.cuesLate]: watching.cues.late,
    [cmcdKeys.cuesLost]: watching.cues.lost,
  };
  const known: [string, string | number | null][] = [
    [cmcdKeys.glassToGlass, rounded(watching.latencyMs)],
    [cmcdKeys.sync, rounded(watching.syncErrorMs)],
    [cmcdKeys.need, rounded(watching.needMs)],
    [cmcdKeys.cohort, watching.cohort],
    [cmcdKeys.clockError, watching.clockErrorMs],
    [cmcdKeys.edge, watching.edge],
    [cmcdKeys.network, watching.network],
    [cmcdKeys.rendition, watching.rendition],
  ];
  for (const [key, value] of known) if (value !== null) record[key] = value;
  if (watching.bitrateKbps !== null) record["br"] = video(watching.bitrateKbps);
  if (watching.topBitrateKbps !== null) record["tb"] = video(watching.topBitrateKbps);
  return record;
}

/** A value that is about the picture: an inner list of one item with the parameter `v`. */
const video = (value: number): CmcdRecord[string] => [
  { value: Math.round(value), params: { v: true } },
];

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 10) / 10;

/** Sends reports. */
export class Reporter {
  readonly #url: string | null;
  #hops: MediaHop[] = [];
  #sequence = 0;
  /** Reports that the collector did not take. */
  lost = 0;

  /** `telemetryUrl` null sends nothing. */
  constructor(telemetryUrl: string | null) {
    this.#url = telemetryUrl;
  }

  /** Keeps stamps for the next report. */
  stamp(hops: readonly MediaHop[]): void {
    if (this.#url === null) return;
    this.#hops = [...this.#hops, ...hops].slice(-HOPS_WAITING_LIMIT);
  }

  /** Sends what is known now; `last` survives the page's end. */
  send(watching: Omit<Watching, "sequence">, last = false): void {
    if (this.#url === null) return;
    this.#sequence += 1;
    const record = cmcdOf({ ...watching, sequence: this.#sequence });
    this.#post("/cmcd", CMCD_MEDIA_TYPE, encodeCmcd(record), last);
    const hops = this.#hops.splice(0);
    const message: Hops = { v: 1, hops };
    if (hops.length > 0) this.#post("/hops", "application/json", JSON.stringify(message), last);
  }

  #post(path: string, type: string, body: string, last: boolean): void {
    fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": type },
      body,
      keepalive: last,
      ...(last ? {} : { signal: AbortSignal.timeout(REPORT_DEADLINE_MS) }),
    }).then(
      (answer) => (answer.ok ? undefined : (this.lost += 1)),
      () => (this.lost += 1),
    );
  }
}
