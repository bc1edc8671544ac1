// What leaves a connection: control frames and heads at once, bodies as both windows and the socket allow, a frame of each
// stream in turn (RFC 9113 5.2, 6.9). All that is written within one turn leaves in one write.
import type { Socket } from "node:net";
import type { Burst } from "../burst.ts";
import { giveChunk, takeChunk } from "./chunkPool.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import {
  flags,
  FRAME_HEAD_BYTES,
  frameTemplate,
  frameTypes,
  type Template,
  writeFrameHead,
} from "./frames.ts";
import { EMPTY_TABLE, encodeHead } from "./hpackEncoder.ts";
import {
  FRAME_BYTES,
  SMALL_DATA_BYTES,
  SMALL_WRITE_BYTES,
  SOCKET_AHEAD_BYTES,
  WRITE_CHUNK_BYTES,
} from "./limits.ts";
import { FIRST_WINDOW_BYTES, LARGEST_WINDOW_BYTES } from "./settings.ts";

/** A stream's sending side. Belongs to the {@link Outflow}; others read it. */
export class SendSide {
  readonly id: number;
  window: number;
  /** Bytes that wait, and the pieces they are in; the first piece from `offset`. */
  queued = 0;
  pieces: Uint8Array[] = [];
  offset = 0;
  /** Nothing comes after what is queued. */
  ended = false;
  /** Bytes sent: who looks twice sees whether it moves. */
  sent = 0;

  constructor(id: number, window: number) {
    this.id = id;
    this.window = window;
  }
}

/** Written as they are, or with the stream's identifier put in, or behind the head of a DATA frame. */
type Item =
  | { readonly bytes: Buffer; readonly idsAt: readonly number[]; readonly id: number }
  | { readonly bytes: Uint8Array; readonly flags: number; readonly id: number };

/** What the outflow tells its connection. */
export interface OutflowOwner {
  /** The last frame of a stream was written. */
  sent(side: SendSide): void;
  /** A frame was so small because a window was so narrow. */
  dribbled(): void;
  /** A DATA frame was written. */
  dataSent(): void;
  /** So many bytes were handed to the socket. */
  written(bytes: number): void;
}

const NO_IDS: readonly number[] = [];

export class Outflow {
  /** The next header block has to say that no table is kept (RFC 7541 4.2). */
  emptyTableDue = false;
  readonly #socket: Socket;
  readonly #owner: OutflowOwner;
  #window = FIRST_WINDOW_BYTES;
  #items: Item[] = [];
  #itemBytes = 0;
  #queued = 0;
  /** Sides with bytes and an open window, whose turn comes in order. */
  readonly #ready = new Set<SendSide>();
  #held = false;
  #flushDue = false;

  constructor(socket: Socket, owner: OutflowOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  /** Bytes of bodies that wait for a window or for the socket. */
  get queued(): number {
    return this.#queued;
  }

  /** Control frames and resets: they wait for nobody. */
  control(bytes: Buffer): void {
    this.#push({ bytes, idsAt: NO_IDS, id: 0 }, bytes.length);
  }

  /** A head made for one stream, and what there is of its body. */
  answer(side: SendSide, block: Buffer, pieces: readonly Uint8Array[], last: boolean): void {
    let whole: Uint8Array = block;
    if (this.emptyTableDue) {
      // The peer has shrunk its table: the next block says how small it is, even though it was never used (RFC 9113 4.3.1).
      this.emptyTableDue = false;
      whole = Buffer.concat([EMPTY_TABLE, block]);
    }
    const silent = last && pieces.every((piece) => piece.length === 0);
    this.#template(side, frameTemplate({ block: whole, pieces: [], last: silent }), silent);
    if (!silent) this.data(side, pieces, last);
  }

  /** An informational head (RFC 9113 8.1). */
  interim(side: SendSide, status: number): void {
    const template = frameTemplate({
      block: encodeHead(status, [], null),
      pieces: [],
      last: false,
    });
    this.#template(side, template, false);
  }

  /** A part of an answer that many are sent alike. */
  share(side: SendSide, burst: Burst, last: boolean): void {
    if (burst.last === last && !(burst.head && this.emptyTableDue)) {
      const template = burst.http2();
      if (template && this.#template(side, template, last)) return;
    }
    if (burst.head) this.answer(side, Buffer.from(burst.headerBlock()), burst.pieces, last);
    else this.data(side, burst.pieces, last);
  }

  /** All of a template, if the windows and the socket take it now; false: nothing was done. */
  #template(side: SendSide, template: Template, last: boolean): boolean {
    const { flowBytes } = template;
    if (flowBytes > 0) {
      if (side.queued > 0 || flowBytes > side.window || flowBytes > this.#window || this.#full())
        return false;
      side.window -= flowBytes;
      this.#window -= flowBytes;
      side.sent += flowBytes;
      this.#owner.dataSent();
    }
    this.#push(
      { bytes: template.bytes, idsAt: template.idsAt, id: side.id },
      template.bytes.length,
    );
    if (last) this.#end(side);
    return true;
  }

  /** Body bytes; not copied until they are sent. `last`: none follow. */
  data(side: SendSide, pieces: readonly Uint8Array[], last: boolean): void {
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      side.pieces.push(piece);
      side.queued += piece.length;
      this.#queued += piece.length;
    }
    if (last) side.ended = true;
    if (side.queued > 0) {
      if (side.window > 0) this.#ready.add(side);
      this.pump();
    } else if (last) {
      this.#pushData(side, new Uint8Array(), flags.END_STREAM); // flow control lets an empty frame pass
      this.#end(side);
    }
  }

  /** Forgets what waits of a stream that was reset or whose peer has gone. */
  drop(side: SendSide): void {
    this.#queued -= side.queued;
    side.queued = 0;
    side.pieces = [];
    side.ended = true;
    this.#ready.delete(side);
  }

  /** WINDOW_UPDATE of a stream (RFC 9113 6.9.1). Throws a StreamFault. */
  openStream(side: SendSide, increment: number): void {
    if (side.window + increment > LARGEST_WINDOW_BYTES)
      throw new StreamFault("FLOW_CONTROL_ERROR", "6.9.1: the stream's window is too large");
    this.#widen(side, increment);
    this.pump();
  }

  /** WINDOW_UPDATE of the connection. Throws a ConnectionFault. */
  openConnection(increment: number): void {
    if (this.#window + increment > LARGEST_WINDOW_BYTES)
      throw new ConnectionFault(
        "FLOW_CONTROL_ERROR",
        "6.9.1: the connection's window is too large",
      );
    this.#window += increment;
    this.pump();
  }

  /** The peer changed what windows start with: those of open streams change by as much, below zero too (RFC 9113 6.9.2). */
  changeInitial(sides: Iterable<SendSide>, difference: number): void {
    for (const side of sides) {
      if (side.window + difference > LARGEST_WINDOW_BYTES)
        throw new ConnectionFault("FLOW_CONTROL_ERROR", "6.9.2: a stream's window is too large");
      this.#widen(side, difference);
    }
    this.pump();
  }

  /** While the connection reads, what is written is gathered. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.flush();
  }

  #widen(side: SendSide, difference: number): void {
    side.window += difference;
    if (side.window > 0 && side.queued > 0) this.#ready.add(side);
  }

  #full(): boolean {
    return this.#itemBytes + this.#socket.writableLength >= SOCKET_AHEAD_BYTES;
  }

  /** Sends what may be sent now. */
  pump(): void {
    for (const side of this.#ready) {
      if (this.#window <= 0 || this.#full()) return;
      this.#ready.delete(side);
      this.#sendFrame(side);
      if (side.queued > 0 && side.window > 0) this.#ready.add(side); // a Set iterates over it again: its next turn
    }
  }

  #sendFrame(side: SendSide): void {
    const piece = side.pieces[0] as Uint8Array;
    const left = piece.length - side.offset;
    const allowed = Math.min(side.window, this.#window);
    const length = Math.min(left, FRAME_BYTES, allowed);
    const bytes = piece.subarray(side.offset, side.offset + length);
    if (length === left) {
      side.pieces.shift();
      side.offset = 0;
    } else side.offset += length;
    side.queued -= length;
    side.window -= length;
    side.sent += length;
    this.#queued -= length;
    this.#window -= length;
    const end = side.ended && side.queued === 0;
    this.#pushData(side, bytes, end ? flags.END_STREAM : 0);
    this.#owner.dataSent();
    if (end) this.#end(side);
    else if (length < SMALL_DATA_BYTES && length === allowed) this.#owner.dribbled();
  }

  #pushData(side: SendSide, bytes: Uint8Array, flagBits: number): void {
    this.#push({ bytes, flags: flagBits, id: side.id }, FRAME_HEAD_BYTES + bytes.length);
  }

  #end(side: SendSide): void {
    side.ended = true;
    this.#owner.sent(side);
  }

  #push(item: Item, length: number): void {
    this.#items.push(item);
    this.#itemBytes += length;
    if (this.#held || this.#flushDue) return;
    this.#flushDue = true;
    process.nextTick(() => this.flush());
  }

  /** One buffer, one write: the socket of TLS would copy several into one as well. */
  flush(): void {
    this.#flushDue = false;
    if (this.#items.length === 0) return;
    const items = this.#items;
    const small = this.#itemBytes <= SMALL_WRITE_BYTES;
    let left = this.#itemBytes;
    this.#items = [];
    this.#itemBytes = 0;
    let out = small ? Buffer.allocUnsafe(left) : takeChunk();
    let at = 0;
    for (const item of items) {
      const length = item.bytes.length + ("idsAt" in item ? 0 : FRAME_HEAD_BYTES);
      if (at + length > out.length) {
        this.#write(out.subarray(0, at), out);
        left -= at;
        out = left <= WRITE_CHUNK_BYTES ? takeChunk() : Buffer.allocUnsafeSlow(left);
        at = 0;
      }
      at = copyItem(item, out, at);
    }
    this.#write(out.subarray(0, at), small ? null : out);
    // A socket that took all at once has nothing to drain, and will not call.
    if (this.#ready.size > 0 && !this.#socket.writableNeedDrain)
      process.nextTick(() => this.pump());
  }

  #write(bytes: Buffer, chunk: Buffer | null): void {
    if (this.#socket.destroyed) return;
    this.#owner.written(bytes.length);
    // After a failed write the system may still read the buffer: that one is left to the collector.
    if (chunk?.length === WRITE_CHUNK_BYTES)
      this.#socket.write(bytes, (failure) => (failure ? undefined : giveChunk(chunk)));
    else this.#socket.write(bytes);
  }
}

function copyItem(item: Item, out: Buffer, at: number): number {
  let to = at;
  if ("idsAt" in item) {
    for (const idAt of item.idsAt) item.bytes.writeUInt32BE(item.id, idAt);
  } else {
    const { bytes, id } = item;
    const head = { length: bytes.length, type: frameTypes.DATA, flags: item.flags, streamId: id };
    to = writeFrameHead(out, at, head);
  }
  out.set(item.bytes, to);
  return to + item.bytes.length;
}
