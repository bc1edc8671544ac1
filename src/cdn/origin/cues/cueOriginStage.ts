// An origin's cues without a socket: requests are values, answers are kept, time moves when told to.
import assert from "node:assert/strict";
import { monoMs, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import type { HeaderList, HttpReply, HttpRequest } from "#http";
import { OriginCues } from "./originCues.ts";

/** When its time begins. */
export const START = 1_795_301_664_120;

/** Keeps the answer; a second one is a fault. */
export class Recorder implements HttpReply {
  status = 0;
  body = "";
  started = false;
  get done(): boolean {
    return this.started;
  }
  send(status: number, _headers: HeaderList, body?: Uint8Array | string): void {
    assert.ok(!this.started, "a request is answered once");
    this.started = true;
    this.status = status;
    this.body = typeof body === "string" ? body : new TextDecoder().decode(body);
  }
  stream(): never {
    throw new Error("cues are sent whole");
  }
  put(): void {
    this.stream();
  }
  abort(): void {
    this.stream();
  }
  onGone(): void {
    // It never goes.
  }
}

/** A request with a body, or with one of your own making. */
export const requestOf = (
  method: string,
  path: string,
  body: string | AsyncIterable<Uint8Array> = "",
): HttpRequest => ({
  ...{ method, path, target: path, query: "", remoteAddress: "127.0.0.1", receivedAt: monoMs(0) },
  headers: { get: () => undefined, entries: () => [] },
  body: typeof body === "string" ? once(body) : body,
});

/** The cues of a channel `match`. */
export function staged(): { cues: OriginCues; clock: ManualClock } {
  const clock = manualClock(utcMs(START));
  const context = { clock, log: silentLog };
  const options = { channel: "match", source: "origin-x", numbers: true };
  return { cues: new OriginCues(options, context), clock };
}

async function* once(body: string): AsyncGenerator<Uint8Array> {
  if (body !== "") yield await Promise.resolve(Buffer.from(body));
}
