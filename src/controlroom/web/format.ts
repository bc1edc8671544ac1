// Numbers with a width that does not change while they do, their unit apart.

export interface Shown {
  readonly value: string;
  readonly unit: string;
}

const none: Shown = { value: "–", unit: "" };

/** A delay: "2.4 ms", "318 ms", "1.12 s". */
export function delay(ms: number | null | undefined): Shown {
  if (ms === null || ms === undefined) return none;
  const size = Math.abs(ms);
  if (size >= 1_000) return { value: (ms / 1_000).toFixed(2), unit: "s" };
  return { value: size < 10 ? ms.toFixed(1) : ms.toFixed(0), unit: "ms" };
}

/** A rate: "6.4 Mb/s", "1.20 Gb/s". */
export function rate(mbps: number | null | undefined): Shown {
  if (mbps === null || mbps === undefined) return none;
  if (mbps >= 1_000) return { value: (mbps / 1_000).toFixed(2), unit: "Gb/s" };
  return { value: mbps < 100 ? mbps.toFixed(1) : mbps.toFixed(0), unit: "Mb/s" };
}

/** What a port or an edge may carry, which is a round figure: "100 Gb/s", "2.5 Gb/s". */
export function speed(mbps: number): Shown {
  const [value, unit] = mbps >= 1_000 ? [mbps / 1_000, "Gb/s"] : [mbps, "Mb/s"];
  return { value: String(Number(value.toFixed(value < 10 ? 2 : 1))), unit };
}

/** How many: "23,485". */
export const whole = (count: number): string => Math.round(count).toLocaleString("en-GB");

/** Any number with its unit, as a fact beside a row. */
export function amount(value: number | string, unit = ""): Shown {
  if (typeof value === "string") return { value, unit };
  if (unit === "ms") return delay(value);
  if (unit === "Mb/s") return rate(value);
  return {
    value: Number.isInteger(value) ? value.toLocaleString("en-GB") : value.toFixed(1),
    unit,
  };
}

/** How long: "3 s", "2 min", "1 h 5 min". */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
