// The stage of viewers' plays: a viewer of a live channel, what it told, and how to wait for it.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { LiveChannel, Twist } from "./liveFixture.ts";
import type { FaultKind, MoveReason, SteeringOutcome, ViewerErrorKind } from "./reasons.ts";
import { SharedContent } from "./shared.ts";
import { SocketViewer } from "./socketViewer.ts";
import type { ViewerOptions, ViewerSink } from "./types.ts";

export const TARGET_MS = 450;
/** How long a play waits for what it has caused, ms: far longer than it takes. */
const PATIENCE_MS = 8_000;

/** What a viewer told. */
class Told implements ViewerSink {
  joinedAfter: number | null = null;
  stalls: number[] = [];
  latencies: number[] = [];
  bytes = 0;
  objects = 0;
  failures: { kind: ViewerErrorKind; what: string }[] = [];
  switches: string[] = [];
  moves: { edge: string; afterMs: number; why: MoveReason }[] = [];
  polls: SteeringOutcome[] = [];
  faults: { kind: FaultKind; what: string }[] = [];
  skips: number[] = [];
  hashes = new Map<string, string>();
  lefts = 0;

  joined(afterMs: number): void {
    assert.equal(this.joinedAfter, null, "it joins once");
    this.joinedAfter = afterMs;
  }
  stalled(stalledMs: number): void {
    this.stalls.push(stalledMs);
  }
  latency(latencyMs: number): void {
    this.latencies.push(latencyMs);
  }
  received(bytes: number, objects: number): void {
    this.bytes += bytes;
    this.objects += objects;
  }
  failed(kind: ViewerErrorKind, what: string): void {
    this.failures.push({ kind, what });
  }
  switched(from: string, to: string): void {
    this.switches.push(`${from}>${to}`);
  }
  moved(edge: string, afterMs: number, why: MoveReason): void {
    this.moves.push({ edge, afterMs, why });
  }
  steered(outcome: SteeringOutcome): void {
    this.polls.push(outcome);
  }
  fault(kind: FaultKind, what: string): void {
    this.faults.push({ kind, what });
  }
  skipped(mediaMs: number): void {
    this.skips.push(mediaMs);
  }
  hashed(object: string, hash: string): void {
    this.hashes.set(object, hash);
  }
  left(): void {
    this.lefts += 1;
  }
}

export interface Play {
  readonly viewer: SocketViewer;
  readonly told: Told;
}

let seats = 0;

export function watch(
  t: TestContext,
  channels: readonly LiveChannel[],
  options: Partial<ViewerOptions> = {},
  shared = sharedOf(t),
): Play {
  const told = new Told();
  seats += 1;
  const viewer = new SocketViewer(
    {
      ...{ id: seats, protocol: "dash", channel: "match", localAddress: undefined, seed: seats },
      ...{ targetLatencyMs: TARGET_MS, rendition: "lowest", audio: true, cmcd: true },
      ...{
        sampled: true,
        payload: 1,
        steering: null,
        edges: channels.map(({ url }) => url),
        ...options,
      },
    },
    { clock: systemClock, sink: told, shared },
  );
  t.after(() => viewer.stop());
  viewer.start();
  return { viewer, told };
}

export function sharedOf(t: TestContext): SharedContent {
  const shared = new SharedContent({ clock: systemClock });
  t.after(() => shared.close());
  return shared;
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!holds()) {
    if (systemClock.monotonic() > end) assert.fail(`waited in vain: ${what}`);
    await systemClock.sleep(ms(5));
  }
}

/** Until it has taken so many more objects without standing still. */
export async function plays({ told, viewer }: Play, objects: number): Promise<void> {
  await until("it joins", () => told.joinedAfter !== null);
  const before = told.objects;
  await until("it goes on", () => told.objects >= before + objects && viewer.playing);
}

export const clean = ({ told }: Play): void => {
  assert.deepEqual(told.faults, []);
  assert.deepEqual(told.failures, []);
};

/** Spoils the video object that is asked for `nth`, once. */
export function spoil(channel: LiveChannel, twist: Twist, nth = 3): void {
  let seen = 0;
  channel.twist = (path) => {
    if (!/^\/match\/v1\/\d+(\.\d)?\.m4s/.test(path)) return null;
    seen += 1;
    return seen === nth ? twist : null;
  };
}
