// One connection through the relay: a socket at each end, a delay line each way.
import { connect, type Socket } from "node:net";
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import { DelayLine } from "./delayLine.ts";
import { CONNECT_TIMEOUT_MS, LINK_QUEUE_MS, WINDOW_BYTES } from "./limits.ts";
import type { Link, Way } from "./link.ts";

/** What a crossing tells its relay. */
export interface CrossingOwner {
  moved(way: Way, bytes: number): void;
  refused(why: string): void;
  gone(crossing: Crossing): void;
}

/** Where a crossing leads. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** The local address to connect out from. */
  readonly localAddress: string | undefined;
  readonly links: readonly Link[];
}

export class Crossing {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #owner: CrossingOwner;
  readonly #clock: Clock;
  readonly #links: readonly Link[];
  readonly #lines: Record<Way, DelayLine>;
  readonly #pauses: Record<Way, Timer | null> = { down: null, up: null };
  readonly #ended: Record<Way, boolean> = { down: false, up: false };
  #connecting: Timer | null;
  #closed = false;

  constructor(client: Socket, route: Route, context: { clock: Clock; owner: CrossingOwner }) {
    this.#client = client;
    this.#clock = context.clock;
    this.#owner = context.owner;
    this.#links = route.links;
    const { host, port, localAddress } = route;
    this.#target = connect({
      host,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    // The near kernel accepts at once; over the declared link it would have taken a round trip.
    const delayMs = route.links.reduce((sum, link) => sum + link.delayMs, 0);
    const notBefore = this.#clock.monotonic() + 2 * delayMs;
    this.#lines = {
      up: this.#line("up", notBefore, this.#target),
      down: this.#line("down", notBefore, client),
    };
    this.#connecting = this.#clock.after(ms(CONNECT_TIMEOUT_MS), () => this.#refuse("no answer"));
    this.#target.on("connect", () => {
      this.#connecting?.cancel();
      this.#connecting = null;
    });
    this.#listen("up", client, this.#target);
    this.#listen("down", this.#target, client);
  }

  /** Breaks both ends. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connecting?.cancel();
    for (const way of ["up", "down"] as const) {
      this.#lines[way].close();
      this.#pauses[way]?.cancel();
    }
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
    this.#owner.gone(this);
  }

  #line(way: Way, notBefore: number, to: Socket): DelayLine {
    return new DelayLine({ links: this.#links, way, notBefore }, this.#clock, {
      bytes: (pieces) => {
        to.cork();
        for (const piece of pieces) {
          this.#owner.moved(way, piece.length);
          to.write(piece);
        }
        to.uncork();
        this.#relieve(way);
      },
      end: () => to.end(),
      reset: () => this.close(),
    });
  }

  #listen(way: Way, from: Socket, to: Socket): void {
    from.on("data", (bytes) => {
      this.#lines[way].push(bytes);
      this.#relieve(way);
    });
    from.on("end", () => {
      this.#ended[way] = true;
      this.#lines[way].sign("end");
    });
    from.on("error", (failure) => {
      if (this.#connecting && from === this.#target) this.#refuse(failure.message);
      else this.#lines[way].sign("reset");
    });
    from.on("close", () => this.#closedBy(from));
    to.on("drain", () => this.#relieve(way));
  }

  #closedBy(from: Socket): void {
    const other = from === this.#client ? this.#target : this.#client;
    if (other.destroyed) this.close();
    else if (!(this.#ended.up && this.#ended.down))
      this.#lines[from === this.#client ? "up" : "down"].sign("reset");
  }

  #refuse(why: string): void {
    if (this.#closed) return;
    this.#owner.refused(why);
    this.close();
  }

  /** Lets the sender go on or makes it wait, by what is on the way, what the receiver does not take, and the link's queue. */
  #relieve(way: Way): void {
    if (this.#closed) return;
    const [from, to] = way === "up" ? [this.#client, this.#target] : [this.#target, this.#client];
    const window = this.#lines[way].held + to.writableLength;
    if (window > WINDOW_BYTES) {
      from.pause(); // goes on when the line delivers or the receiver drains
      return;
    }
    const now = this.#clock.monotonic();
    const queueMs = Math.max(0, ...this.#links.map((link) => link.queueMs(way, now)));
    if (queueMs <= LINK_QUEUE_MS) {
      if (from.isPaused()) from.resume();
      return;
    }
    from.pause();
    this.#pauses[way] ??= this.#clock.after(ms(queueMs - LINK_QUEUE_MS), () => {
      this.#pauses[way] = null;
      this.#relieve(way);
    });
  }
}
