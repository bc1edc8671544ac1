// The client process: origin and viewers, on one core, beside the server that is measured on the other.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { Gate, PATIENCE_MS, type Waits } from "./gate.ts";
import { pace } from "./openLoop.ts";
import { bodyOf, Origin } from "./origin.ts";
import { quantile } from "./quantile.ts";
import { getOf, reported, SESSIONS } from "./requests.ts";
import { openSecure } from "./secure.ts";
import type { Command, Crowded } from "./wire.ts";

/** There at once: with it every connection has been used before it is measured. */
const WARM = "/live/v500.m3u8?_HLS_msn=1&_HLS_part=0";
/** All that was sent has reached the server when nothing was asked of the origin for so long, ms. */
const SETTLE_MS = ms(400);
/** From the measured chunk to the end of its object, ms: four parts of 320 ms, as for the second of a segment's six. */
const REST_OF_SEGMENT_MS = ms(1_280);
/** Viewers ask for the next playlist when they got the last one, each at its own distance: spread over one part. */
const ARRIVALS_MS = ms(320);
const clock = systemClock;
const origin = new Origin();
let idle: { close(): void } | null = null;

process.on("message", (message: { id: number; command: Command }) => {
  void run(message.command).then(
    (result) => process.send?.({ id: message.id, result }),
    (failure: unknown) => process.send?.({ id: message.id, failure: String(failure) }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ originPort: await origin.listen() });

async function run(command: Command): Promise<unknown> {
  if (command.do === "hold") return hold(command);
  if (command.do === "grow") return grow(command);
  if (command.do === "pace")
    return pace({ ...command, requests: requestsFor(command.target) }, clock);
  if (command.do === "idle") return rest(command);
  idle?.close();
  idle = null;
  return null;
}

const requestsFor = (target: string): Buffer[] =>
  Array.from({ length: SESSIONS }, (_, session) => getOf(reported(target, session), "bench"));

/** Opens the viewers' connections; each is used once. */
async function gather(server: { host: string; port: number }, viewers: number): Promise<Gate> {
  const gate = await Gate.open(server, viewers, clock);
  const first = getOf(WARM, "bench");
  const warm = await gate.until(null, PATIENCE_MS, () => gate.ask(() => first));
  if (warm.missing > 0) throw new Error(`${warm.missing} of ${viewers} were not served at all`);
  return gate;
}

async function hold({
  server,
  viewers,
  holdMs,
  object,
}: Extract<Command, { do: "hold" }>): Promise<Crowded> {
  const gate = await gather(server, viewers);
  try {
    const requests = Array.from({ length: viewers }, (_, viewer) =>
      getOf(reported(object, viewer), "bench"),
    );
    const asked = clock.monotonic();
    await gate.askOver(ARRIVALS_MS, (viewer) => requests[viewer] as Buffer);
    await clock.sleep(ms(Math.max(0, holdMs - (clock.monotonic() - asked))));
    const waits = await gate.until(null, PATIENCE_MS, () => origin.release(object));
    return crowded(object, waits, {
      following: viewers,
      exact: gate.gotExactly(bodyOf(object, bodyLength(object))),
    });
  } finally {
    gate.close();
  }
}

async function grow({
  server,
  viewers,
  object,
  chunkBytes,
}: Extract<Command, { do: "grow" }>): Promise<Crowded> {
  const gate = await gather(server, viewers);
  try {
    const requests = Array.from({ length: viewers }, (_, viewer) =>
      getOf(reported(object, viewer), "bench"),
    );
    const first = bodyOf(object, bodyLength(object));
    const second = bodyOf(`${object}#2`, chunkBytes);
    await gate.until(first.length, ms(3_000), () =>
      gate.ask((viewer) => requests[viewer] as Buffer),
    );
    await clock.sleep(SETTLE_MS);
    const following = gate.have(first.length);
    const end = clock.after(REST_OF_SEGMENT_MS, () => origin.complete(object));
    const waits = await gate.until(first.length + second.length, PATIENCE_MS, () =>
      origin.grow(object, second),
    );
    end.cancel();
    origin.complete(object);
    await gate.until(null, PATIENCE_MS, () => undefined);
    return crowded(object, waits, {
      following,
      exact: gate.gotExactly(Buffer.concat([first, second])),
    });
  } finally {
    gate.close();
  }
}

function crowded(
  object: string,
  { sorted, missing }: Waits,
  more: Pick<Crowded, "following" | "exact">,
): Crowded {
  return {
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    last: quantile(sorted, 1),
    missing,
    upstream: origin.requests(object),
    ...more,
  };
}

async function rest({
  server,
  viewers,
  target,
  secure,
}: Extract<Command, { do: "idle" }>): Promise<number> {
  const requestOf = (viewer: number): Buffer => getOf(reported(target, viewer), "bench");
  if (secure) {
    const sockets = await openSecure(server, viewers, requestOf);
    idle = { close: () => sockets.forEach((socket) => socket.destroy()) };
    return sockets.length;
  }
  const gate = await Gate.open(server, viewers, clock);
  idle = gate;
  const served = await gate.until(null, ms(5 * PATIENCE_MS), () => gate.ask(requestOf));
  return served.sorted.length;
}

const bodyLength = (object: string): number => Number(/\/v(\d+)/.exec(object)?.[1]);
