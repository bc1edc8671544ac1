// The ground every room stands on: units, errors, lifecycle, bytes. Imports nothing of ours, reads no clock.
export { concatBytes, fingerprint } from "./bytes.ts";
export { type Chance, chanceOf, numbersOf } from "./chance.ts";
export {
  type Catalogue,
  catalogue,
  type ErrorKind,
  type ErrorRow,
  type Facts,
  invariant,
  RegistaError,
  sentenceOf,
} from "./errors.ts";
export { isoTime, parseIsoTime } from "./iso.ts";
export { type Closable, Scope } from "./lifecycle.ts";
export { RateMeter } from "./meter.ts";
export { elapsed, type MonoMs, monoMs, type Ms, ms, type UtcMs, utcMs } from "./units.ts";
