// When each transfer chunk of a media object arrived here. The edge knows its path and number only.
import type { Clock } from "#base/clock";
import type { HopReporter } from "#telemetry";
import { STAMPED_CHUNKS, STAMPED_NAME } from "./limits.ts";

/** The ending of the objects that are stamped. */
const ENDING = ".m4s";

/** Stamps of one object; `null` for those that are not stamped. */
export class Stamps {
  readonly #clock: Clock;
  readonly #reporter: Pick<HopReporter, "stamp">;
  readonly #node: string;
  readonly #object: string;
  #chunk = -1;
  #firstByteMs = 0;

  private constructor(
    object: string,
    node: string,
    context: { clock: Clock; reporter: Pick<HopReporter, "stamp"> },
  ) {
    this.#object = object;
    this.#node = node;
    this.#clock = context.clock;
    this.#reporter = context.reporter;
  }

  static of(
    object: string,
    node: string,
    context: { clock: Clock; reporter: Pick<HopReporter, "stamp"> },
  ): Stamps | null {
    const path = object.split("?", 1)[0] as string;
    return path.endsWith(ENDING) && path.length <= STAMPED_NAME
      ? new Stamps(path, node, context)
      : null;
  }

  data(chunk: number): void {
    if (chunk === this.#chunk) return;
    this.#chunk = chunk;
    this.#firstByteMs = this.#clock.utc();
  }

  /** The chunk, or the whole object, is here. */
  complete(chunk: number): void {
    if (chunk !== this.#chunk || chunk > STAMPED_CHUNKS) return;
    this.#reporter.stamp({
      object: this.#object,
      chunk,
      hop: "edge",
      node: this.#node,
      firstByteMs: this.#firstByteMs,
      lastByteMs: this.#clock.utc(),
    });
  }
}
