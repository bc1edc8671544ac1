// One plot: lines over the last minutes, reference lines, event marks, and a cursor that all plots share.
import uPlot from "uplot";
import { type Mark, markKinds } from "../picture.ts";

/** A line of a plot. Colours are custom properties of the theme, without the dashes: "viewer", "trouble". */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly dash?: readonly number[];
  readonly width?: number;
  /** Drawn as bars on a scale of its own, as counts of rare events are. */
  readonly bars?: boolean;
}

/** A level that the lines are read against. */
export interface Level {
  readonly value: number;
  readonly label: string;
}

export interface PlotSettings {
  readonly lines: readonly Line[];
  readonly level: Level | null;
  /** The scale reaches at least to here. */
  readonly atLeast: number;
  readonly format: (value: number) => string;
  /** The newest moment, s, and how far back to look, s. */
  readonly span: () => { until: number; window: number };
  readonly marks: () => readonly Mark[];
  readonly height: number;
  /** Told the index under the cursor, or null when it is on no plot. */
  readonly oncursor: (index: number | null) => void;
}

const theme = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const font = (): string => `${Math.round(11 * devicePixelRatio)}px system-ui, sans-serif`;

/** Draws into `target` until it is destroyed. */
export function drawPlot(
  target: HTMLElement,
  settings: PlotSettings,
  data: uPlot.AlignedData,
): uPlot {
  const { lines, atLeast, format, span, oncursor } = settings;
  const axis = {
    stroke: theme("dim"),
    font: "11px system-ui, sans-serif",
    ticks: { show: false },
    gap: 4,
  };
  const rare = {
    range: (_: uPlot, __: number, max: number): [number, number] => [0, Math.max(4, max * 1.1)],
  };
  const options: uPlot.Options = {
    width: Math.max(200, target.clientWidth),
    height: settings.height,
    padding: [14, 22, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: "control-room" },
      y: false,
      drag: { x: false, y: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true, range: () => [span().until - span().window, span().until] },
      y: { range: (_, __, max) => [0, Math.max(atLeast, (max ?? 0) * 1.15)] },
      rare,
    },
    axes: [
      { ...axis, size: 22, space: 64, grid: { show: false }, values: "{HH}:{mm}:{ss}" },
      {
        ...axis,
        size: 64,
        space: 28,
        grid: { stroke: theme("line"), width: 1 },
        values: (_, splits) => splits.map((value) => (value === 0 ? "0" : format(value))),
      },
    ],
    series: [{}, ...lines.map(seriesOf)],
    hooks: {
      drawClear: [(plot) => drawMarks(plot, settings.marks())],
      draw: [(plot) => drawLevel(plot, settings.level)],
      setCursor: [(plot) => oncursor(plot.cursor.idx ?? null)],
    },
  };
  return new uPlot(options, data, target);
}

function seriesOf(line: Line): uPlot.Series {
  const colour = theme(line.colour);
  const common = { label: line.label, stroke: colour, points: { show: false }, spanGaps: false };
  if (line.bars) {
    const paths = uPlot.paths.bars?.({ size: [0.8, 6, 2] });
    return { ...common, scale: "rare", fill: colour, ...(paths && { paths }) };
  }
  return {
    ...common,
    scale: "y",
    width: line.width ?? 1.6,
    ...(line.dash && { dash: [...line.dash] }),
  };
}

/** Red is for trouble alone: what happens on the pitch is in the colour of text. */
const signColours = { "✓": "good", "↻": "watch", "×": "trouble", "●": "ink" } as const;

/** Every mark in view: a line through the plot, its sign at the top. */
function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.font = font();
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (const mark of marks) {
    const x = plot.valToPos(mark.at / 1_000, "x", true);
    if (x < left || x > left + width) continue;
    const sign = markKinds[mark.kind];
    ctx.strokeStyle = ctx.fillStyle = theme(signColours[sign]);
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.fillText(sign, x, top - 3 * devicePixelRatio);
  }
  ctx.restore();
}

function drawLevel(plot: uPlot, level: Level | null): void {
  if (!level) return;
  const { ctx } = plot;
  const { left, top, width } = plot.bbox;
  const y = plot.valToPos(level.value, "y", true);
  if (y < top) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = theme("dim");
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.font = font();
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(level.label, left + 6 * devicePixelRatio, y - 4 * devicePixelRatio);
  ctx.restore();
}
