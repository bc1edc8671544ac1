// Branded numbers: an instant, a monotonic reading and a duration are all milliseconds and never mix by accident.
declare const unit: unique symbol;

/** A number that carries its unit in its type. Arithmetic yields a plain number; brand the result again on purpose. */
export type Branded<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds since 1970-01-01T00:00:00Z (POSIX time, leap seconds smeared by the host). Fractions carry microseconds. */
export type UtcMs = Branded<"utc-ms">;
/** Milliseconds on a clock that never steps; only differences mean anything. */
export type MonoMs = Branded<"mono-ms">;
/** A length of time in milliseconds. */
export type Ms = Branded<"ms">;

export const utcMs = (value: number): UtcMs => value as UtcMs;
export const monoMs = (value: number): MonoMs => value as MonoMs;
export const ms = (value: number): Ms => value as Ms;

/** The duration from `start` to `end`, both readings of one monotonic clock. */
export const elapsed = (start: MonoMs, end: MonoMs): Ms => ms(end - start);
