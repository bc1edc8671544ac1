// HTTP's dates (RFC 9110 5.6.7).
import type { UtcMs } from "#base";

/** `at` as an IMF-fixdate, such as "Sat, 21 Nov 2026 20:00:00 GMT"; whole seconds. */
export function httpDate(at: UtcMs): string {
  // oxlint-disable-next-line no-restricted-globals -- formats an instant that was handed in; reads no clock
  return new Date(at).toUTCString();
}
