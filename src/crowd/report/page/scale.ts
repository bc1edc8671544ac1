// Axes: round numbers that a reader can count by.

/** The least round number that is not below `value`: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(
    (step) => step * power >= value * (1 - 1e-9),
  );
  return (factor ?? 10) * power;
}

/** Marks from 0 to `top`, about `count` of them, at round numbers. */
export function ticks(top: number, count: number): number[] {
  const rough = top / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const marks: number[] = [];
  for (let mark = 0; mark <= top * (1 + 1e-9); mark += step)
    marks.push(Number(mark.toPrecision(12)));
  return marks;
}

/** Seconds that people count time by. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];

/** Instants from 0 to `durationS`, at most `count` + 1, in seconds. */
export function timeTicks(durationS: number, count: number): number[] {
  const step = timeSteps.find((candidate) => durationS / candidate <= count) ?? 14_400;
  const marks: number[] = [];
  for (let mark = 0; mark <= durationS; mark += step) marks.push(mark);
  return marks;
}

/** `12 s`, `1:30`, `1:02:00`. */
export function timeLabel(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
