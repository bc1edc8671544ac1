// UTC instants as ISO 8601 text, without a Date: pure rooms write and read them too.
import { type UtcMs, utcMs } from "./units.ts";

const DAY_MS = 86_400_000;

const two = (value: number): string => String(value).padStart(2, "0");

/** `YYYY-MM-DDThh:mm:ss.sssZ`; fractions of a millisecond are cut off. Years 0000 to 9999. */
export function isoTime(at: UtcMs): string {
  const whole = Math.floor(at);
  const days = Math.floor(whole / DAY_MS);
  const inDay = whole - days * DAY_MS;
  const { year, month, day } = civilDate(days);
  const clock = [inDay / 3_600_000, (inDay / 60_000) % 60, (inDay / 1_000) % 60].map((part) =>
    two(Math.floor(part)),
  );
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  return `${date}T${clock.join(":")}.${String(inDay % 1_000).padStart(3, "0")}Z`;
}

const form =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))$/;

/** Reads an ISO 8601 date and time that names its zone; null when it is not one. */
export function parseIsoTime(text: string): UtcMs | null {
  const found = form.exec(text);
  if (!found) return null;
  const at = (group: number): number => Number(found[group] ?? 0);
  if (at(2) < 1 || at(2) > 12 || at(3) < 1 || at(3) > 31) return null;
  if (at(4) > 23 || at(5) > 59 || at(6) > 59 || at(9) > 23 || at(10) > 59) return null;
  const seconds = daysFromCivil(at(1), at(2), at(3)) * 86_400 + at(4) * 3_600 + at(5) * 60 + at(6);
  const fraction = Number(`0.${found[7] ?? "0"}`) * 1_000;
  const zone = (found[8] === "-" ? -1 : 1) * (at(9) * 60 + at(10)) * 60_000;
  return utcMs(seconds * 1_000 + fraction - zone);
}

// Days of the Gregorian calendar, counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
const ERA_DAYS = 146_097;
const EPOCH_IN_ERAS = 719_468;

function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + EPOCH_IN_ERAS;
  const era = Math.floor(shifted / ERA_DAYS);
  const inEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (inEra -
      Math.floor(inEra / 1_460) +
      Math.floor(inEra / 36_524) -
      Math.floor(inEra / (ERA_DAYS - 1))) /
      365,
  );
  const inYear =
    inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const inEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + inYear;
  return era * ERA_DAYS + inEra - EPOCH_IN_ERAS;
}
