// Numbers and names as a sentence says them.

/** A length of time: "3 s", "2 min", "1 h 5 min". */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1 viewer", "4 viewers". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Milliseconds as a sentence says them: "2.4 ms", "45 ms", "1,204 ms". */
export const millis = (ms: number): string =>
  `${Math.abs(ms) < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en-GB")} ms`;

/** What a latency is counted from. */
export const behind = (from: "camera" | "arrival"): string =>
  from === "camera" ? "behind the camera" : "behind the arrival of its source";

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
