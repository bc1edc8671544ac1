// What viewers of one process share: the wheel, the buffer that all sockets read into, and what is known of content.
import type { Clock } from "#base/clock";
import { READ_BUFFER_BYTES } from "./limits.ts";
import { Wheel } from "./wheel.ts";

/** One for each process. Close it when its viewers have stopped. */
export class SharedContent {
  readonly clock: Clock;
  readonly wheel: Wheel;
  /** Reads are synchronous: what one socket has read is used up before the next one reads. */
  readonly readBuffer: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

  constructor(context: { clock: Clock }) {
    this.clock = context.clock;
    this.wheel = new Wheel(context.clock);
  }

  /** Idempotent. */
  close(): void {
    this.wheel.close();
  }
}
