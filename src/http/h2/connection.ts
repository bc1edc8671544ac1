// One connection of HTTP/2 to a server (RFC 9113): what came is cut into frames and sorted; each stream is an exchange.
import type { Socket } from "node:net";
import { type MonoMs, ms } from "#base";
import { Budget } from "./budget.ts";
import type { CloseReason, ServedConnection, ServerState } from "../serverState.ts";
import { LINGER_MS } from "../limits.ts";
import { Pace, takenFrom } from "../pace.ts";
import { sever } from "../sever.ts";
import { Exchanges } from "./exchanges.ts";
import { ConnectionFault, StreamFault } from "./faults.ts";
import {
  flags,
  type Frame,
  FrameReader,
  frameTypes,
  goAwayFrame,
  pingFrame,
  PREFACE,
  SETTINGS_ACK,
  windowFrame,
} from "./frames.ts";
import { HeadBlocks, type ReceivedHead } from "./headBlocks.ts";
import {
  CONCURRENT_STREAMS,
  CONNECTION_WINDOW_BYTES,
  CONTROL_FRAMES,
  HEADER_TABLE_BYTES,
  WINDOW_UPDATES,
  WINDOW_UPDATES_PER_DATA,
} from "./limits.ts";
import { Outflow } from "./outflow.ts";
import { FIRST_WINDOW_BYTES, ownSettings, type PeerSettings, readSettings } from "./settings.ts";

const protocolError = (rule: string): ConnectionFault =>
  new ConnectionFault("PROTOCOL_ERROR", rule);
const LAST_CALL_PING = Buffer.from("lastcall", "latin1");

export class Http2Connection implements ServedConnection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly #state: ServerState;
  readonly #reader = new FrameReader();
  readonly #blocks: HeadBlocks;
  readonly #outflow: Outflow;
  readonly #exchanges: Exchanges;
  readonly #control: Budget;
  readonly #windowUpdates: Budget;
  readonly #peer: PeerSettings = {
    initialWindow: FIRST_WINDOW_BYTES,
    headerTable: HEADER_TABLE_BYTES,
  };
  #prefaceAt = 0;
  #settingsSeen = false;
  /** GOAWAY was sent: "called" names no last stream yet, so that requests on their way are still answered. */
  #leaving: "no" | "called" | "last" = "no";
  /** Set once the connection only waits for the peer to have read the rest. */
  #lingering: { readonly reason: CloseReason; readonly since: number } | null = null;
  #closed = false;
  #pace: Pace | null = null;

  constructor(socket: Socket, state: ServerState, remoteAddress: string) {
    this.socket = socket;
    this.remoteAddress = remoteAddress;
    this.#state = state;
    const now = state.clock.monotonic();
    const { limits } = state;
    this.#blocks = new HeadBlocks(limits);
    this.#control = new Budget(CONTROL_FRAMES, now);
    this.#windowUpdates = new Budget(WINDOW_UPDATES, now);
    this.#outflow = new Outflow(socket, {
      sent: (side) => this.#exchanges.sent(side),
      dribbled: () =>
        this.#guard(() => this.#spend(this.#control, "10.5: windows opened by a few bytes")),
      dataSent: () => this.#windowUpdates.earn(WINDOW_UPDATES_PER_DATA),
      written: (bytes) => (state.counters.bytesOut += bytes),
    });
    this.#exchanges = new Exchanges(state, this.#outflow, {
      remoteAddress,
      socket,
      peer: this.#peer,
      emptied: () => this.#emptied(),
      close: (reason) => this.close(reason),
    });
    this.#outflow.control(ownSettings(limits.headBytes));
    this.#outflow.control(windowFrame(0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES));
    socket.on("data", (bytes) => this.#data(bytes));
    socket.on("drain", () => this.#outflow.pump());
    socket.on("end", () => this.close(this.#lingering?.reason ?? "peer-ended"));
    socket.on("error", () => this.close(this.#lingering?.reason ?? "peer-reset"));
    socket.on("close", () => this.close(this.#lingering?.reason ?? "peer-reset"));
  }

  // --- input ---

  #data(bytes: Buffer): void {
    if (this.#closed || this.#lingering) return;
    this.#guard(() => {
      const rest = this.#preface(bytes);
      if (rest) this.#reader.push(rest);
    });
    this.#advance();
  }

  /** Takes the frames that have come; what is written meanwhile leaves together. */
  #advance(): void {
    this.#exchanges.now = this.#state.clock.monotonic();
    const turnEnds = this.#exchanges.begun + CONCURRENT_STREAMS;
    this.#outflow.hold();
    this.#guard(() => {
      while (!this.#closed && !this.#lingering) {
        if (this.#exchanges.begun >= turnEnds) return this.#yield();
        const frame = this.#reader.next();
        if (!frame) return;
        this.#take(frame);
      }
    });
    this.#outflow.release();
  }

  /** Lets the others have their turn before more of very many requests that came at once are answered. */
  #yield(): void {
    this.socket.pause();
    this.#state.clock.after(ms(1), () => {
      if (this.#closed || this.#lingering) return;
      this.socket.resume();
      this.#advance();
    });
  }

  /** RFC 9113 3.4: the connection begins with a text that no server of HTTP/1.1 takes for a request. */
  #preface(bytes: Buffer): Buffer | null {
    const left = PREFACE.length - this.#prefaceAt;
    if (left === 0) return bytes;
    const begun = bytes.subarray(0, left);
    const expected = PREFACE.subarray(this.#prefaceAt, this.#prefaceAt + begun.length);
    if (!begun.equals(expected)) throw protocolError("3.4: no connection preface");
    this.#prefaceAt += begun.length;
    return bytes.length > left ? bytes.subarray(left) : null;
  }

  /** Runs `work`; a fault ends the connection. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (failure) {
      if (!(failure instanceof ConnectionFault)) throw failure;
      this.#fail(failure);
    }
  }

  #take(frame: Frame): void {
    if (this.#blocks.openSince !== null && frame.type !== frameTypes.CONTINUATION)
      throw protocolError("6.2: another frame within a header block");
    if (!this.#settingsSeen && frame.type !== frameTypes.SETTINGS)
      throw protocolError("3.4: the first frame is not SETTINGS");
    try {
      this.#sort(frame);
    } catch (failure) {
      if (!(failure instanceof StreamFault)) throw failure;
      this.#exchanges.reset(frame.streamId, failure);
    }
  }

  #sort(frame: Frame): void {
    switch (frame.type) {
      case frameTypes.DATA:
        if (frame.payload.length === 0 && (frame.flags & flags.END_STREAM) === 0)
          this.#spend(this.#control, "10.5: empty DATA frames");
        return this.#exchanges.data(frame);
      case frameTypes.HEADERS:
        return this.#head(this.#blocks.begin(frame, this.#exchanges.now));
      case frameTypes.CONTINUATION:
        return this.#head(this.#blocks.goOn(frame));
      case frameTypes.RST_STREAM:
        return this.#resetStream(frame);
      case frameTypes.SETTINGS:
        return this.#settings(frame);
      case frameTypes.PING:
        return this.#ping(frame);
      case frameTypes.GOAWAY:
        return this.#goAway(frame);
      case frameTypes.WINDOW_UPDATE:
        return this.#windowUpdate(frame);
      case frameTypes.PUSH_PROMISE:
        throw protocolError("8.4: a client pushes");
      case frameTypes.PRIORITY:
        return this.#priority(frame);
      default:
        this.#spend(this.#control, "5.5: frames of unknown types");
    }
  }

  #head(head: ReceivedHead | null): void {
    if (head) this.#exchanges.head(head);
  }

  #resetStream(frame: Frame): void {
    if (frame.streamId === 0) throw protocolError("6.4: RST_STREAM on stream 0");
    if (frame.payload.length !== 4)
      throw new ConnectionFault("FRAME_SIZE_ERROR", "6.4: RST_STREAM is not of four bytes");
    if (!this.#exchanges.peerReset(frame.streamId))
      this.#spend(this.#control, "5.1: resets of streams that have ended");
  }

  #settings(frame: Frame): void {
    if (frame.streamId !== 0) throw protocolError("6.5: SETTINGS on a stream");
    this.#settingsSeen = true;
    this.#spend(this.#control, "10.5: SETTINGS without end");
    if ((frame.flags & flags.ACK) !== 0) {
      if (frame.payload.length > 0)
        throw new ConnectionFault("FRAME_SIZE_ERROR", "6.5: an acknowledgement with settings");
      return;
    }
    const before = this.#peer.initialWindow;
    readSettings(frame.payload, this.#peer);
    if (this.#peer.headerTable < HEADER_TABLE_BYTES) this.#outflow.emptyTableDue = true;
    if (this.#peer.initialWindow !== before)
      this.#outflow.changeInitial(this.#exchanges.sides(), this.#peer.initialWindow - before);
    this.#outflow.control(SETTINGS_ACK);
  }

  #ping(frame: Frame): void {
    if (frame.streamId !== 0) throw protocolError("6.7: PING on a stream");
    if (frame.payload.length !== 8)
      throw new ConnectionFault("FRAME_SIZE_ERROR", "6.7: PING is not of eight bytes");
    if ((frame.flags & flags.ACK) !== 0 && frame.payload.equals(LAST_CALL_PING))
      return this.#leaveLast();
    this.#spend(this.#control, "10.5: PING without end");
    if ((frame.flags & flags.ACK) === 0) this.#outflow.control(pingFrame(frame.payload, true));
  }

  #goAway(frame: Frame): void {
    if (frame.streamId !== 0) throw protocolError("6.8: GOAWAY on a stream");
    if (frame.payload.length < 8)
      throw new ConnectionFault("FRAME_SIZE_ERROR", "6.8: GOAWAY is too short");
    this.#spend(this.#control, "10.5: GOAWAY without end");
  }

  #windowUpdate(frame: Frame): void {
    if (frame.payload.length !== 4)
      throw new ConnectionFault("FRAME_SIZE_ERROR", "6.9: WINDOW_UPDATE is not of four bytes");
    this.#spend(this.#windowUpdates, "10.5: WINDOW_UPDATE without end");
    const increment = frame.payload.readUInt32BE(0) & 0x7fffffff;
    if (frame.streamId !== 0) return this.#exchanges.windowUpdate(frame.streamId, increment);
    if (increment === 0) throw protocolError("6.9: a window is opened by nothing");
    this.#outflow.openConnection(increment);
  }

  /** RFC 9113 5.3: priorities of RFC 7540 are read and not obeyed. */
  #priority(frame: Frame): void {
    if (frame.streamId === 0) throw protocolError("6.3: PRIORITY on stream 0");
    this.#spend(this.#control, "10.5: PRIORITY without end");
    if (frame.payload.length !== 5)
      throw new StreamFault("FRAME_SIZE_ERROR", "6.3: PRIORITY is not of five bytes");
  }

  #spend(budget: Budget, rule: string): void {
    if (budget.take(this.#exchanges.now)) return;
    throw new ConnectionFault("ENHANCE_YOUR_CALM", rule, "h2-control-flood");
  }

  // --- endings ---

  #fail(fault: ConnectionFault): void {
    if (this.#closed || this.#lingering) return;
    this.#state.log.debug(
      { code: fault.code, rule: fault.message, peer: this.remoteAddress },
      "HTTP/2 connection ended",
    );
    this.#outflow.control(goAwayFrame(this.#exchanges.lastId, fault.code));
    this.#exchanges.allGone();
    this.#linger(fault.reason);
  }

  /** Ends our side and reads on for a moment, so that a reset does not swallow the GOAWAY. */
  #linger(reason: CloseReason): void {
    if (this.#closed || this.#lingering) return;
    this.#outflow.flush();
    this.#lingering = { reason, since: this.#state.clock.monotonic() };
    this.socket.end();
  }

  /** RFC 9113 6.8: says that the end comes, and once that was read, which request was the last. */
  #leave(): void {
    if (this.#leaving !== "no") return;
    this.#leaving = "called";
    this.#outflow.control(goAwayFrame(0x7fffffff, "NO_ERROR"));
    this.#outflow.control(pingFrame(LAST_CALL_PING, false));
  }

  #leaveLast(): void {
    if (this.#leaving !== "called") return;
    this.#leaving = "last";
    this.#outflow.control(goAwayFrame(this.#exchanges.lastId, "NO_ERROR"));
    this.#exchanges.refuseNew();
    this.#emptied();
  }

  #emptied(): void {
    if (this.#leaving === "last" && this.#exchanges.size === 0) this.#linger("answered");
  }

  /** The server closes: what is under way is answered, nothing else. */
  shutDown(): void {
    this.#leave();
    this.#leaveLast();
    if (this.#exchanges.size === 0) this.#linger("server-closed");
  }

  /** Ends the connection now. The first reason counts. */
  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#state.forget(this, reason);
    if (reason === "slow-reader" || reason === "write-stalled" || reason === "too-slow")
      sever(this.socket);
    else this.socket.destroy();
    this.#exchanges.allGone();
  }

  /** Keeps the deadlines; called every SWEEP_MS. */
  sweep(now: MonoMs): void {
    const { limits } = this.#state;
    const exchanges = this.#exchanges;
    exchanges.now = now;
    if (this.#lingering) {
      if (now - this.#lingering.since > LINGER_MS) this.close(this.#lingering.reason);
      return;
    }
    if (this.#state.closing) this.#leave();
    if (this.#tooSlow(now)) return;
    exchanges.sweep(now);
    if (this.#closed) return;
    const { openSince } = this.#blocks;
    if (openSince !== null && now - openSince > limits.headDeadlineMs) {
      this.#state.countRefusal("slow-head");
      this.#fail(
        new ConnectionFault("ENHANCE_YOUR_CALM", "a header block came too slowly", "idle"),
      );
    } else if (exchanges.size === 0 && now - exchanges.quietSince > this.#idleLimit()) {
      this.#outflow.control(goAwayFrame(exchanges.lastId, "NO_ERROR"));
      this.#linger("idle");
    }
  }

  /** Whether the socket's peer takes too little of all streams together, and is cut. */
  #tooSlow(now: MonoMs): boolean {
    if (this.socket.writableLength === 0) {
      this.#pace = null;
      return false;
    }
    const taken = takenFrom(this.socket);
    this.#pace ??= new Pace(now, taken);
    const reason = this.#pace.judge(now, taken, this.#state.limits);
    if (reason) this.close(reason);
    return reason !== null;
  }

  #idleLimit(): number {
    const { headDeadlineMs, idleDeadlineMs } = this.#state.limits;
    return this.#exchanges.lastId === 0 ? headDeadlineMs : idleDeadlineMs;
  }
}
