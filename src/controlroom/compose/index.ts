// Everybody's words as one picture. Pure: inputs and the last picture's memory in, picture and memory out.
import type { Inputs } from "../inputs.ts";
import { COHORT_LINES_LIMIT, LEFT_EDGE_MS } from "../limits.ts";
import type { Picture, Point } from "../picture.ts";
import { arrowsOf } from "./arrows.ts";
import { blocksOf } from "./blocks.ts";
import { cohortsOf } from "./cohorts.ts";
import { type Evidence, findingsOf, verdictOf } from "./findings.ts";
import { headlineOf } from "./headline.ts";
import { hopsOf } from "./hops.ts";
import { marksOf } from "./marks.ts";
import { type Memory, Since } from "./memory.ts";
import { replacementsOf } from "./status.ts";
import { type View, viewOf } from "./view.ts";

export { emptyMemory, type Memory } from "./memory.ts";

/** The picture of this moment, and what the next one has to be told. */
export function compose(inputs: Inputs, before: Memory): { picture: Picture; memory: Memory } {
  const since = new Since(before.states, inputs.at);
  const view = viewOf(inputs, before, since);
  const cohorts = cohortsOf(view);
  const headline = headlineOf(view, cohorts);
  const hops = hopsOf(view);
  const blocks = blocksOf(view);
  const newStalls = stallsBegun(view);
  const replacements = inputs.broadcaster.body ? replacementsOf(inputs.broadcaster.body) : null;
  const replacedNow =
    replacements !== null && before.replacements !== null && replacements > before.replacements;
  const replacedAt = replacedNow ? inputs.at : before.replacedAt;
  const stalledAt = newStalls > 0 ? inputs.at : before.stalledAt;
  const evidence: Evidence = { view, blocks, cohorts, hops, headline, replacedAt, stalledAt };
  const findings = findingsOf(evidence);
  const marks = marksOf(view, blocks, replacedNow);
  const { fixture, at } = inputs;
  return {
    picture: {
      v: 1,
      at,
      title: fixture.title,
      channel: fixture.channel,
      watchUrl: fixture.watchUrl,
      headline,
      verdict: verdictOf(findings, evidence),
      findings,
      blocks,
      cohorts,
      anchorMs: inputs.director.body?.sync?.anchorMs ?? null,
      hops,
      arrows: arrowsOf(view, blocks, hops),
      marks,
      point: pointOf(view, { headline, cohorts }, newStalls),
    },
    memory: {
      states: since.states,
      stalls: new Map(view.viewers.map(({ session, stalls }) => [session, stalls])),
      sessionsOf: sessionsByEdge(view),
      replacements: replacements ?? before.replacements,
      replacedAt,
      stalledAt,
      marks,
    },
  };
}

/** Stalls that began since the last picture, of viewers who were in it. */
function stallsBegun({ viewers, before }: View): number {
  return viewers.reduce(
    (sum, { session, stalls }) =>
      sum + Math.max(0, stalls - (before.stalls.get(session) ?? stalls)),
    0,
  );
}

/** The sessions of each edge in the last seconds; of one that is not up, in the last seconds that it was. */
function sessionsByEdge({ edges, before, summary, inputs: { at } }: View): Memory["sessionsOf"] {
  return new Map(
    edges.map(({ id, up, viewers }) => {
      const known = before.sessionsOf.get(id) ?? new Map<string, number>();
      if (!up || !summary) return [id, known];
      const recent = [...known].filter(([, seenAt]) => at - seenAt <= LEFT_EDGE_MS);
      return [id, new Map([...recent, ...viewers.map(({ session }) => [session, at] as const)])];
    }),
  );
}

function pointOf(
  view: View,
  { headline, cohorts }: Pick<Picture, "headline" | "cohorts">,
  stalls: number,
): Point {
  return {
    at: view.inputs.at,
    p50: headline.glassToGlass?.p50 ?? null,
    p95: headline.glassToGlass?.p95 ?? null,
    spread: headline.spread?.worst.ms ?? null,
    places: Object.fromEntries(
      cohorts
        .slice(0, COHORT_LINES_LIMIT)
        .map(({ name, latency, spreadMs }) => [
          name,
          { p50: latency?.p50 ?? null, spread: spreadMs },
        ]),
    ),
    viewers: headline.viewers,
    stalls,
    edges: Object.fromEntries(
      view.edges.map(({ id, up, heartbeat }) => [id, up && heartbeat ? heartbeat.mbps : null]),
    ),
  };
}
