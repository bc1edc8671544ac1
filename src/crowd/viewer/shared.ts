// What viewers of one process share: the wheel, the buffer that all sockets read into, and what is known of content.
import { type MonoMs, monoMs } from "#base";
import type { Clock } from "#base/clock";
import { type CmafTrack, readHeader } from "#media/cmaf";
import { readMpd } from "#media/dash";
import { readMediaPlaylist } from "#media/hls";
import { type DashPlan, dashPlan } from "./dashPlan.ts";
import { Documents } from "./documents.ts";
import { type EdgeAddress, edgeAddress } from "./edgeAddress.ts";
import { type HlsLadder, readLadder } from "./hlsLadder.ts";
import { type HlsList, hlsList } from "./hlsList.ts";
import { Ledger } from "./ledger.ts";
import { CLOCK_CHECK_MS, EDGES_LIMIT, READ_BUFFER_BYTES } from "./limits.ts";
import { baseOf } from "./pathways.ts";
import { Wheel } from "./wheel.ts";

/** One for each process. Close it when its viewers have stopped. */
export class SharedContent {
  readonly clock: Clock;
  readonly wheel: Wheel;
  /** Reads are synchronous: what one socket has read is used up before the next one reads. */
  readonly readBuffer: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  /** When the bytes that are in it were read. */
  readAt: MonoMs = monoMs(0);
  readonly ledger = new Ledger();
  readonly manifests = new Documents<DashPlan>((bytes, path) =>
    dashPlan(readMpd(bytes.toString("utf8")), path),
  );
  readonly ladders = new Documents<HlsLadder>((bytes, path) =>
    readLadder(bytes.toString("utf8"), path),
  );
  readonly playlists = new Documents<HlsList>((bytes, path) =>
    hlsList(readMediaPlaylist(bytes.toString("utf8")), path),
  );
  readonly headers = new Documents<CmafTrack>((bytes) => readHeader(bytes));
  readonly #edges = new Map<string, EdgeAddress>();
  readonly #edgesOf = new Map<string, EdgeAddress>();
  #utcOffset = 0;
  #checkedAt = -Infinity;

  constructor(context: { clock: Clock }) {
    this.clock = context.clock;
    this.wheel = new Wheel(context.clock);
  }

  /** UTC at a monotonic reading, ms; the two clocks are compared each second. */
  utcAt(now: MonoMs): number {
    if (now - this.#checkedAt > CLOCK_CHECK_MS) {
      this.#utcOffset = this.clock.utc() - this.clock.monotonic();
      this.#checkedAt = now;
    }
    return now + this.#utcOffset;
  }

  /** The edge that serves `address`, of the channel: steering names the same few over and over. @throws as {@link edge} does */
  edgeOf(address: string, channel: string): EdgeAddress {
    const known = this.#edgesOf.get(address);
    if (known) return known;
    const edge = this.edge(baseOf(address, channel));
    if (this.#edgesOf.size >= EDGES_LIMIT) this.#edgesOf.clear();
    this.#edgesOf.set(address, edge);
    return edge;
  }

  /** The same value for the same address. @throws TypeError for what is no http address, or one too many */
  edge(url: string): EdgeAddress {
    const known = this.#edges.get(url);
    if (known) return known;
    if (this.#edges.size >= EDGES_LIMIT) throw new TypeError("too many edges");
    const read = edgeAddress(url);
    // However it is written, an edge is one value: viewers tell by it whether they have moved.
    const edge = [...this.#edges.values()].find((other) => isSame(other, read)) ?? read;
    this.#edges.set(url, edge);
    return edge;
  }

  /** Idempotent. */
  close(): void {
    this.wheel.close();
  }
}

const isSame = (one: EdgeAddress, other: EdgeAddress): boolean =>
  one.authority === other.authority && one.prefix === other.prefix;
