// Viewers who wait for what is not there yet: a blocking playlist that all get at once, a chunk of a segment that all follow.
import type { Row } from "../../result.ts";
import { shortRow } from "../../result.ts";
import type { Crowded } from "../client/wire.ts";
import type { Standing } from "../contender.ts";
import { ours } from "../ours.ts";
import { comparators, type Figures, type Stage } from "../stage.ts";
import { type Measurement, ratioRows, rowsOf, samplesOf } from "./measurement.ts";

const VIEWERS = 5_000;
const CHUNK_BYTES = 30_000;
/** From the first request to the origin's release, ms; a step longer each run, so that no server's own beat is favoured. */
const HOLD_MS = 500;
const HOLD_STEP_MS = 100;
/** Who has nothing by then is counted with this. */
const WORST_MS = 6_000;

/** Every object is asked for once in a run of the benchmark. */
let objects = 1_000;

async function warmUp(stage: Stage, standing: readonly Standing[]): Promise<void> {
  for (const { address: server } of standing)
    for (let turn = 0; turn < 2; turn += 1)
      await stage.client.do({
        do: "hold",
        server,
        viewers: VIEWERS / 5,
        holdMs: 400,
        object: nextPlaylist(),
      });
}

const nextPlaylist = (): string => `/live/v2048.m3u8?_HLS_msn=${objects++}&_HLS_part=3`;
const nextSegment = (): string => `/live/v${CHUNK_BYTES}/${objects++}.m4s`;

const lastOf = ({ last, missing }: Crowded): number => (missing > 0 ? WORST_MS : last);

export const playlist: Measurement = {
  name: "playlist",
  async run(stage) {
    const standing = await stage.all(true);
    await warmUp(stage, standing);
    const title = `${VIEWERS} on a blocking playlist`;
    const figures = await stage.compare({ title, standing }, ({ address: server }, run) => {
      const holdMs = HOLD_MS + (run % 5) * HOLD_STEP_MS;
      return stage.client.do({
        do: "hold",
        server,
        viewers: VIEWERS,
        holdMs,
        object: nextPlaylist(),
      });
    });
    return [
      ...rowsOf(
        figures,
        { name: "last of 5,000 on a blocking playlist", unit: "ms", limit: 100 },
        lastOf,
      ),
      ...ratioRows(
        {
          name: "last of 5,000, sooner than",
          sooner: true,
          limits: { nginx: 5, varnish: 4, ats: 1.8 },
        },
        samplesOf(figures, lastOf),
      ),
      ...rowsOf(
        figures,
        { name: "p50 of 5,000 on a blocking playlist", unit: "ms" },
        ({ p50 }) => p50,
      ),
      ...rowsOf(
        figures,
        { name: "p99 of 5,000 on a blocking playlist", unit: "ms" },
        ({ p99 }) => p99,
      ),
      ...kept(figures, "playlist"),
    ];
  },
};

export const chunk: Measurement = {
  name: "chunk",
  async run(stage) {
    const standing = await stage.all(true);
    await warmUp(stage, standing);
    const title = `${VIEWERS} on a growing segment`;
    const figures = await stage.compare({ title, standing }, ({ address: server }) =>
      stage.client.do({
        do: "grow",
        server,
        viewers: VIEWERS,
        object: nextSegment(),
        chunkBytes: CHUNK_BYTES,
      }),
    );
    const samples = samplesOf(figures, lastOf);
    const ownRuns = samples.get(ours.name) ?? [];
    const best = ownRuns.map((_, run) =>
      Math.min(...comparators.map(({ name }) => samples.get(name)?.[run] ?? Number.NaN)),
    );
    const ratios = ratioRows(
      {
        name: "30 KB chunk, last of 5,000, sooner than",
        sooner: true,
        limits: { "best of three": 2.5 },
      },
      new Map([[ours.name, ownRuns] as const, ["best of three", best] as const]),
    );
    return [
      ...rowsOf(figures, { name: "30 KB chunk, last of 5,000", unit: "ms", limit: 130 }, lastOf),
      ...ratios,
      ...rowsOf(figures, { name: "30 KB chunk, p50 of 5,000", unit: "ms" }, ({ p50 }) => p50),
      ...rowsOf(figures, { name: "30 KB chunk, p99 of 5,000", unit: "ms" }, ({ p99 }) => p99),
      ...rowsOf(
        figures,
        { name: "followers when the chunk is sent", unit: "viewers" },
        ({ following }) => following,
      ),
      ...kept(figures, "segment"),
    ];
  },
};

/** What must hold beside the time: one request upstream, nobody without an answer, the origin's own bytes. */
function kept(figures: Figures<Crowded>, object: string): Row[] {
  const name = `requests upstream for the ${object}`;
  const own = figures.get(ours.name) ?? [];
  return [
    ...rowsOf(figures, { name, unit: "requests", limit: 1 }, ({ upstream }) => upstream),
    shortRow(
      `viewers without the ${object}`,
      "viewers",
      own.map(({ missing }) => missing),
      { limit: 0 },
    ),
    shortRow(
      `runs with other bytes of the ${object}`,
      "runs",
      own.map(({ exact }) => (exact ? 0 : 1)),
      { limit: 0 },
    ),
  ];
}
