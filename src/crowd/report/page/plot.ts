// One plot as HTML and SVG, drawn when the page is written: it needs no script to be read, stretches to any width
// (shapes in SVG without aspect, words in HTML), and prints.
import { escaped } from "./escaped.ts";
import { niceTop, ticks, timeLabel, timeTicks } from "./scale.ts";

type Values = readonly (number | null)[];

/** What is drawn, from the back to the front. */
export type Layer =
  | { readonly kind: "area" | "line" | "thin"; readonly values: Values }
  | { readonly kind: "band"; readonly low: Values; readonly high: Values }
  | { readonly kind: "bars"; readonly values: Values; readonly tone?: "trouble" | "watch" }
  /** From `low` to `high`, with a tick at `end`. */
  | { readonly kind: "candles"; readonly low: Values; readonly high: Values; readonly end: Values }
  /** A line right across, such as a target. */
  | { readonly kind: "level"; readonly value: number };

export interface PlotOptions {
  readonly title: string;
  readonly tone: "viewer" | "isp" | "edge";
  readonly small: boolean;
  readonly stepMs: number;
  readonly steps: number;
  readonly layers: readonly Layer[];
  /** The greatest value of the y axis, before it is rounded up. */
  readonly most: number;
  /** How a value of the y axis reads. */
  readonly label: (value: number) => string;
  /** Events, by their instant. */
  readonly marks: readonly { readonly atMs: number; readonly says: string }[];
  /** What the cursor reads off, one after the other. */
  readonly readings: readonly { readonly name: string; readonly values: Values }[];
  /** What stands beside the title while there is no cursor. */
  readonly summary: string;
  /** What is said instead of an empty plot; null: there is something. */
  readonly nothing: string | null;
}

/** The SVG's own units; it is stretched to its frame. */
const WIDTH = 1_000;
const HEIGHT = 100;

/** A figure. Its `data-` attributes feed the cursor. */
export function plot(options: PlotOptions): string {
  const { title, tone, small, stepMs, steps, marks, nothing, summary } = options;
  const top = niceTop(options.most);
  const durationMs = steps * stepMs;
  const readings = JSON.stringify(
    options.readings.map(({ name, values }) => ({
      name,
      values: values.map((value) => (value === null ? "–" : options.label(value))),
    })),
  );
  const body = options.layers.map((layer) => draw(layer, { top, steps })).join("");
  return `<figure class="plot ${tone}${small ? " small" : ""}" data-step="${stepMs}" data-steps="${steps}" data-readings="${escaped(readings)}">
<figcaption><b>${escaped(title)}</b><span class="read" data-summary="${escaped(summary)}">${escaped(summary)}</span></figcaption>
<div class="frame">
${yAxis(top, options)}
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(`${title}: ${summary}`)}">${body}</svg>
${marks.map((mark) => markHtml(mark, durationMs)).join("")}<i class="cursor" hidden></i>${nothing === null ? "" : `<span class="nothing">${escaped(nothing)}</span>`}
</div>
${xAxis(durationMs, small)}
</figure>`;
}

function yAxis(top: number, { small, label }: PlotOptions): string {
  return ticks(top, small ? 2 : 4)
    .map((value) => {
      const at = ((value / top) * 100).toFixed(2);
      return `<span class="y" style="bottom:${at}%">${escaped(label(value))}</span><i class="grid" style="bottom:${at}%"></i>`;
    })
    .join("");
}

function xAxis(durationMs: number, small: boolean): string {
  const labels = timeTicks(durationMs / 1_000, small ? 4 : 8).map(
    (at) =>
      `<span style="left:${((at * 100_000) / durationMs).toFixed(2)}%">${escaped(timeLabel(at))}</span>`,
  );
  return `<div class="x">${labels.join("")}</div>`;
}

function markHtml({ atMs, says }: { atMs: number; says: string }, durationMs: number): string {
  if (atMs > durationMs) return "";
  const left = ((atMs * 100) / durationMs).toFixed(2);
  return `<i class="mark" style="left:${left}%"><b>${escaped(says)}</b></i>`;
}

interface Axes {
  readonly top: number;
  readonly steps: number;
}

const round = (value: number): string => Number(value.toFixed(2)).toString();

function draw(layer: Layer, axes: Axes): string {
  const { top, steps } = axes;
  const y = (value: number): number => HEIGHT - (Math.min(value, top) / top) * HEIGHT;
  const middle = (step: number): number => ((step + 0.5) * WIDTH) / steps;
  switch (layer.kind) {
    case "area":
      return areaPath(layer.values, { steps, middle, y });
    case "line":
    case "thin":
      return `<path class="${layer.kind}" d="${linePath(layer.values, { middle, y })}"/>`;
    case "band":
      return bandPath(layer, { middle, y });
    case "bars":
      return bars(layer.values, { steps, y, tone: layer.tone ?? "" });
    case "candles":
      return candles(layer, { steps, y });
    default:
      return `<path class="level" d="M0 ${round(y(layer.value))}H${WIDTH}"/>`;
  }
}

/** Neighbouring steps that have a value. */
function runsOf(values: Values): [step: number, value: number][][] {
  const runs: [number, number][][] = [];
  let open: [number, number][] | null = null;
  values.forEach((value, step) => {
    if (value === null) open = null;
    else if (open) open.push([step, value]);
    else runs.push((open = [[step, value]]));
  });
  return runs;
}

interface Place {
  readonly middle: (step: number) => number;
  readonly y: (value: number) => number;
}

/** A filled line; its first and last steps are drawn to their own edges. */
function areaPath(values: Values, { steps, middle, y }: Place & { steps: number }): string {
  const edge = (step: number): string => round((step * WIDTH) / steps);
  return runsOf(values)
    .map((run) => {
      const [first = [0, 0], last = first] = [run[0], run.at(-1)];
      const line = [
        `${edge(first[0])} ${round(y(first[1]))}`,
        ...run.map(([step, value]) => `${round(middle(step))} ${round(y(value))}`),
        `${edge(last[0] + 1)} ${round(y(last[1]))}`,
      ].join("L");
      const under = `L${edge(last[0] + 1)} ${HEIGHT}L${edge(first[0])} ${HEIGHT}Z`;
      return `<path class="fill" d="M${line}${under}"/><path class="line" d="M${line}"/>`;
    })
    .join("");
}

function linePath(values: Values, { middle, y }: Place): string {
  return runsOf(values)
    .map(
      (run) =>
        `M${run.map(([step, value]) => `${round(middle(step))} ${round(y(value))}`).join("L")}`,
    )
    .join("");
}

function bandPath({ low, high }: { low: Values; high: Values }, { middle, y }: Place): string {
  return runsOf(high)
    .map((run) => {
      const over = run.map(([step, value]) => `${round(middle(step))} ${round(y(value))}`);
      const under = run
        .toReversed()
        .map(([step]) => `${round(middle(step))} ${round(y(low[step] ?? 0))}`);
      return `<path class="fill" d="M${[...over, ...under].join("L")}Z"/>`;
    })
    .join("");
}

/** The share of a step that a bar fills, when steps are wide enough to be told apart. */
const BAR_SHARE = 0.8;

function bars(
  values: Values,
  { steps, y, tone }: { steps: number; y: (value: number) => number; tone: string },
): string {
  const width = (WIDTH / steps) * BAR_SHARE;
  const boxes = values.flatMap((value, step) => {
    if (!value) return [];
    const x = ((step + (1 - BAR_SHARE) / 2) * WIDTH) / steps;
    return [`M${round(x)} ${HEIGHT}V${round(y(value))}h${round(width)}V${HEIGHT}Z`];
  });
  return `<path class="bar ${tone}" d="${boxes.join("")}"/>`;
}

function candles(
  { low, high, end }: { low: Values; high: Values; end: Values },
  { steps, y }: { steps: number; y: (value: number) => number },
): string {
  const width = (WIDTH / steps) * BAR_SHARE;
  const boxes: string[] = [];
  const edges: string[] = [];
  const ends: string[] = [];
  high.forEach((value, step) => {
    if (value === null) return;
    const x = round(((step + (1 - BAR_SHARE) / 2) * WIDTH) / steps);
    const [bottom, tip] = [y(low[step] ?? 0), y(end[step] ?? value)];
    boxes.push(`M${x} ${round(bottom)}V${round(y(value))}h${round(width)}V${round(bottom)}Z`);
    edges.push(`M${x} ${round(bottom)}h${round(width)}`);
    ends.push(`M${x} ${round(tip)}h${round(width)}`);
  });
  return `<path class="bar soft" d="${boxes.join("")}"/><path class="line" d="${edges.join("")}"/><path class="thin" d="${ends.join("")}"/>`;
}
