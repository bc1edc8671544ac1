// How far behind the camera a viewer is: read off the picture, told by the page, and explained by the hops.
import { ms, type MonoMs } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { summarySchema, type ProfileName, type Summary } from "#protocol";
import {
  Theatre,
  type FrameSample,
  type Viewer,
  type ViewerState,
} from "../../test/support/browser.ts";
import { stageMatch } from "../../test/support/play.ts";
import { type BenchResult, type Row, row, surroundings } from "../result.ts";
import { coresOf, readUsage } from "../usage.ts";

const TABS = 4;
/** Time for the tabs to reach their target before anything is measured. */
const SETTLE_MS = ms(12_000);
const SAMPLE_EVERY_MS = 250;
/** The tabs join this far apart. */
const JOIN_APART_MS = ms(700);
/** Beyond this, capture → encoded is not believed (WIRE, the picture that tells the truth). */
const ENCODE_BELIEVED_MS = 100;
const FASTWEB = 12_874;

type Protocol = "dash" | "hls";

interface Group {
  protocol: Protocol;
  profile: ProfileName;
  tabs: number;
  seconds: number;
}

interface Measured {
  group: Group;
  /** One entry a moment: the same moment's frame in each tab. */
  moments: FrameSample[][];
  states: ViewerState[];
  /** Stalls counted when the tabs had settled. */
  stallsBefore: number[];
  summaries: Summary[];
  cores: Map<string, number>;
}

/** Runs the whole benchmark; `seconds` is the length of each measurement. */
export async function runLatency(seconds: number): Promise<BenchResult> {
  const groups: Group[] = [
    { protocol: "dash", profile: "small", tabs: TABS, seconds },
    { protocol: "hls", profile: "small", tabs: TABS, seconds },
    { protocol: "dash", profile: "default", tabs: 1, seconds: seconds / 2 },
    { protocol: "hls", profile: "default", tabs: 1, seconds: seconds / 2 },
  ];
  const measured: Measured[] = [];
  for (const group of groups) {
    console.error(`${nameOf(group)}: ${group.seconds} s …`);
    measured.push(await measure(group));
  }
  // A group that is only reported says itself that it is void; one with limits voids the whole run.
  const reason = measured
    .filter(({ group }) => isJudged(group))
    .map(voidReason)
    .find((why) => why !== null);
  return {
    bench: "latency",
    ...surroundings(),
    runs: 1,
    rows: measured.flatMap(rowsOf),
    ...(reason ? { void: reason } : {}),
  };
}

async function measure(group: Group): Promise<Measured> {
  const match = await stageMatch(({ channel }) => {
    channel.profile = group.profile;
  });
  const theatre = await Theatre.open();
  try {
    const viewers = await join(group, match, theatre);
    await systemClock.sleep(SETTLE_MS);
    return await observe(group, match, viewers);
  } finally {
    await theatre.close();
    await match.close();
  }
}

async function join(group: Group, match: RunningMatch, theatre: Theatre): Promise<Viewer[]> {
  const viewers: Viewer[] = [];
  for (let tab = 0; tab < group.tabs; tab += 1) {
    const viewer = await theatre.watch({
      watchUrl: match.urls.watch,
      protocol: group.protocol,
      network: FASTWEB,
    });
    viewers.push(viewer);
    await viewer.playing(systemClock);
    await viewer.unmute();
    await systemClock.sleep(JOIN_APART_MS);
  }
  return viewers;
}

async function observe(group: Group, match: RunningMatch, viewers: Viewer[]): Promise<Measured> {
  const moments: FrameSample[][] = [];
  const summaries: Summary[] = [];
  const stallsBefore = (await states(viewers)).map(({ stalls }) => stalls);
  const before = readUsage(match);
  const end = systemClock.monotonic() + group.seconds * 1_000;
  for (let next = systemClock.monotonic(); next < end; next = (next + SAMPLE_EVERY_MS) as MonoMs) {
    await systemClock.sleep(ms(Math.max(0, next - systemClock.monotonic())));
    moments.push(await Promise.all(viewers.map((viewer) => viewer.sample())));
    if (moments.length % 8 === 0) summaries.push(await readSummary(match));
  }
  return {
    group,
    moments,
    summaries,
    stallsBefore,
    states: await states(viewers),
    cores: coresOf(match, { before, after: readUsage(match) }),
  };
}

const states = (viewers: Viewer[]): Promise<ViewerState[]> =>
  Promise.all(viewers.map((viewer) => viewer.state()));

async function readSummary(match: RunningMatch): Promise<Summary> {
  const answer = await fetch(`${match.urls.telemetry}/summary`);
  return summarySchema.parse(await answer.json());
}

const nameOf = ({ protocol, profile, tabs }: Group): string =>
  `${protocol.toUpperCase()}, ${profile} ladder, ${tabs} ${tabs === 1 ? "tab" : "tabs"}`;

/** Limits apply to the small ladder, which leaves two cores room for four browsers. */
const isJudged = ({ profile }: Group): boolean => profile === "small";

const known = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null);

/** Why the measurement is not believed, or null. */
function voidReason({ group, moments, summaries }: Measured): string | null {
  const frames = moments.flat();
  const barcodes = known(frames.map(({ g2gBarcodeMs }) => g2gBarcodeMs));
  if (barcodes.length < frames.length / 2)
    return `${nameOf(group)}: only ${barcodes.length} of ${frames.length} barcodes were read`;
  const encode = median(hopSamples(summaries, "encode"));
  // The page's delay counts from the frame's instant on the grid, the barcode's from when it was painted.
  const late = median(
    frames.flatMap(({ g2gBarcodeMs, g2gPageMs }) =>
      g2gBarcodeMs === null || g2gPageMs === null ? [] : [g2gPageMs - g2gBarcodeMs],
    ),
  );
  const fromBarcode = encode - late;
  return fromBarcode < 0 || fromBarcode > ENCODE_BELIEVED_MS
    ? `${nameOf(group)}: barcode → encoded is ${fromBarcode.toFixed(0)} ms p50, not within 0 to ${ENCODE_BELIEVED_MS}`
    : null;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const hopSamples = (summaries: readonly Summary[], hop: string): number[] =>
  summaries.flatMap(({ hops }) =>
    hops.filter((entry) => entry.hop === hop).map((entry) => entry.ms.p50),
  );

function rowsOf(measured: Measured): Row[] {
  const { group, moments, states, stallsBefore, summaries, cores } = measured;
  const judged = isJudged(group);
  const name = `${nameOf(group)}${voidReason(measured) === null ? "" : " (void)"}`;
  const limit = (value: number, by: "p50" | "p95" = "p50") =>
    judged ? { value, judged: by } : undefined;
  const frames = moments.flat();
  const barcode = known(frames.map(({ g2gBarcodeMs }) => g2gBarcodeMs));
  const difference = frames.flatMap(({ g2gBarcodeMs, g2gPageMs }) =>
    g2gBarcodeMs === null || g2gPageMs === null ? [] : [Math.abs(g2gPageMs - g2gBarcodeMs)],
  );
  const stalls = states.map((state, tab) => state.stalls - (stallsBefore[tab] ?? 0));
  return [
    row(`${name}: glass to glass`, "ms", barcode, limit(group.protocol === "dash" ? 1_800 : 2_500)),
    row(`${name}: page against barcode`, "ms", difference, limit(50)),
    ...(group.tabs > 1
      ? [
          row(
            `${name}: spread`,
            "ms",
            spreads(moments),
            group.protocol === "dash" ? limit(250, "p95") : undefined,
          ),
        ]
      : []),
    row(`${name}: stalls after start`, "count", [sum(stalls)], limit(0)),
    row(
      `${name}: first frame`,
      "ms",
      known(states.map(({ firstFrameMs }) => firstFrameMs)),
      limit(1_500),
    ),
    row(
      `${name}: unexplained`,
      "ms",
      summaries.flatMap(({ unexplained }) => (unexplained ? [unexplained.p50] : [])),
      limit(100),
    ),
    ...["encode", "fill", "answerable", "edge", "player", "due", "screen"].map((hop) =>
      row(`${name}: hop ${hop}`, "ms", hopSamples(summaries, hop)),
    ),
    ...[...cores].map(([process, used]) => row(`${name}: cores, ${process}`, "cores", [used])),
  ];
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** The distance between the first and the last viewer, at each moment at which all were read. */
function spreads(moments: readonly FrameSample[][]): number[] {
  return moments.flatMap((moment) => {
    const read = known(moment.map(({ g2gBarcodeMs }) => g2gBarcodeMs));
    return read.length === moment.length ? [Math.max(...read) - Math.min(...read)] : [];
  });
}
