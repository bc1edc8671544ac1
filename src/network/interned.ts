// Values by small numbers, each value once, for as long as somebody holds it.
import { invariant } from "#base";

export class Interned<Value> {
  readonly #indices = new Map<Value, number>();
  readonly #values: (Value | undefined)[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];

  /** The number of a value, held once more. */
  hold(value: Value): number {
    const index = this.#indices.get(value) ?? this.#add(value);
    this.#holders[index] = (this.#holders[index] ?? 0) + 1;
    return index;
  }

  #add(value: Value): number {
    const index = this.#free.pop() ?? this.#values.length;
    this.#values[index] = value;
    this.#holders[index] = 0;
    this.#indices.set(value, index);
    return index;
  }

  /** Held once less: the value. Nobody's number goes to another value. */
  release(index: number): Value {
    const value = this.at(index);
    const holders = (this.#holders[index] ?? 0) - 1;
    invariant(holders >= 0, "a value is released no more often than it is held");
    this.#holders[index] = holders;
    if (holders === 0) {
      this.#indices.delete(value);
      this.#values[index] = undefined;
      this.#free.push(index);
    }
    return value;
  }

  at(index: number): Value {
    return this.#values[index] as Value;
  }
}
