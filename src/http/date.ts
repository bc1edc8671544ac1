// HTTP's dates (RFC 9110 5.6.7).
import { type UtcMs, utcMs } from "#base";

/** `at` as an IMF-fixdate, such as "Sat, 21 Nov 2026 20:00:00 GMT"; whole seconds. */
export function httpDate(at: UtcMs): string {
  // oxlint-disable-next-line no-restricted-globals -- formats an instant that was handed in; reads no clock
  return new Date(at).toUTCString();
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const imf = /^[a-z]{3}, (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) gmt$/;
const rfc850 = /^[a-z]{6,9}, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) gmt$/;
const asctime = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/**
 * Reads any of HTTP's three forms, whatever the case; null for everything else, other zones than GMT included
 * (RFC 9111 4.2). The weekday is not checked. Two digits of a year from 70 on are of the last century: RFC 9110 asks for
 * fifty years before now, which in this product's life is nearly the same and needs no clock.
 */
export function parseHttpDate(text: string): UtcMs | null {
  const lower = text.trim().toLowerCase();
  let found = imf.exec(lower);
  if (found) {
    const [, day, month, year, hour, minute, second] = found as unknown as string[];
    return instant({ day, month, year: Number(year), hour, minute, second });
  }
  found = rfc850.exec(lower);
  if (found) {
    const [, day, month, year, hour, minute, second] = found as unknown as string[];
    const century = Number(year) >= 70 ? 1900 : 2000;
    return instant({ day, month, year: century + Number(year), hour, minute, second });
  }
  found = asctime.exec(lower);
  if (!found) return null;
  const [, month, day, hour, minute, second, year] = found as unknown as string[];
  return instant({ day, month, year: Number(year), hour, minute, second });
}

interface Written {
  readonly day: string | undefined;
  readonly month: string | undefined;
  readonly year: number;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
}

function instant(written: Written): UtcMs | null {
  const month = months.indexOf(written.month ?? "");
  const [day, hour, minute] = [Number(written.day), Number(written.hour), Number(written.minute)];
  // A leap second is the last one again (RFC 9110 5.6.7 allows 60).
  const second = Math.min(Number(written.second), 59);
  if (month < 0 || hour > 23 || minute > 59 || Number(written.second) > 60) return null;
  // oxlint-disable-next-line no-restricted-globals -- arithmetic on a date that was handed in; reads no clock
  const at = Date.UTC(written.year, month, day, hour, minute, second);
  // oxlint-disable-next-line no-restricted-globals -- the same
  const made = new Date(at);
  if (made.getUTCDate() !== day || made.getUTCMonth() !== month) return null; // 31 February
  return utcMs(at);
}
