// Figures as people read them.

/** `1,234`. */
export const whole = (value: number): string =>
  String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** `1 viewer`, `1,234 viewers`. */
export const count = (value: number, noun: string): string =>
  `${whole(value)} ${noun}${value === 1 ? "" : "s"}`;

/** `640 ms`, from ten seconds on `12.3 s`. */
export const milliseconds = (value: number): string =>
  value < 10_000 ? `${whole(value)} ms` : seconds(value, 1);

/** `1.52 s`. */
export const seconds = (valueMs: number, digits = 2): string =>
  `${(valueMs / 1_000).toFixed(digits)} s`;

/** `840 kb/s`, `12.3 Mb/s`, `2.31 Gb/s`. */
export function bitRate(mbps: number): string {
  if (mbps >= 1_000) return `${(mbps / 1_000).toFixed(2)} Gb/s`;
  if (mbps >= 1) return `${mbps.toFixed(mbps < 100 ? 1 : 0)} Mb/s`;
  return `${whole(mbps * 1_000)} kb/s`;
}

/** `1.2 GB`, in powers of ten as networks count. */
export function byteSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit += 1) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

/** `213 MiB`. */
export const memory = (bytes: number): string => `${whole(bytes / 2 ** 20)} MiB`;
