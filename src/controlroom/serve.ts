// The control room on its sockets: the page, the picture, and the picture as it changes.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { controlServer } from "#control";
import type { Cue } from "#protocol";
import { LIVE_LISTENERS_LIMIT, LiveStream, type Metrics, metricsOf } from "#telemetry";
import { CueBook } from "./desk/book.ts";
import { openDesk } from "./desk/desk.ts";
import { goalMark } from "./desk/goalMark.ts";
import { controlRoomErrors } from "./errors.ts";
import { NetworkRoom } from "./network/room.ts";
import { openNetwork } from "./network/doors.ts";
import { Room, type RoomOptions } from "./room.ts";

export interface ControlRoomOptions extends RoomOptions {
  /** 0: any free port, told by the handle's `url`. */
  port: number;
  /** The address to listen on; default 127.0.0.1. */
  host?: string;
  /** From this share of its capacity on an edge counts as full; default 0.95. */
  fullAt?: number;
  /** The folder of the built page; default dist/controlroom of this repository. */
  root?: string;
}

export interface ControlRoomHandle extends Closable {
  readonly url: string;
}

const builtPage = fileURLToPath(new URL("../../dist/controlroom", import.meta.url));

/**
 * Starts the control room: the page at `/`, `GET /picture`, `/history`, `/live` (server-sent events, a picture a
 * second), `POST /cue` and `GET /cues` of the desk, `GET /network`, `/network/live` and `/network/explain` of the network
 * view, `/status`, `/metrics`. Any of the parties may be down, then or later.
 * Rejects with `control/cannot-listen`.
 */
export async function startControlRoom(
  options: ControlRoomOptions,
  context: { clock: Clock; log: Log },
): Promise<ControlRoomHandle> {
  const scope = new Scope();
  const live = new LiveStream();
  const room = new Room(options, (picture) => live.send(picture), context);
  const networkLive = new LiveStream();
  const network = new NetworkRoom(options, (view) => networkLive.send(view), context);
  const { originUrl, channel } = options;
  const onCue = (cue: Cue): void => goalMark(cue, (mark) => room.note(mark));
  const book = new CueBook({ originUrl, channel, onCue }, context.clock);
  const server = controlServer({
    role: "control room",
    log: context.log,
    status: () => ({
      role: "controlroom",
      verdict: room.picture.verdict,
      listeners: live.listeners,
      networkListeners: networkLive.listeners,
      counters: {
        ...{ ...room.counters, ...room.asked, ...network.counters, ...entered },
        live: live.counters,
      },
    }),
    metrics: roomMetrics(room, live),
  });
  showPicture(server.app, { room, live });
  openNetwork(server.app, { network, live: networkLive });
  const entered = openDesk(server.app, { originUrl, channel, book, ...context });
  await showPage(server.app, options.root ?? builtPage);
  scope.own(server);
  scope.own(live);
  scope.own(networkLive);
  scope.own(room);
  scope.own(network);
  scope.own(book);
  const url = await server.listen(options).catch(async (failure: unknown) => {
    await scope.close();
    throw failure;
  });
  void room.round();
  void book.round();
  void network.round();
  context.log.info({ url }, "the control room listens");
  return { url, close: () => scope.close() };
}

function showPicture(app: FastifyInstance, { room, live }: { room: Room; live: LiveStream }): void {
  app.get("/picture", () => room.picture);
  app.get("/history", () => ({ v: 1, points: room.history, marks: room.picture.marks }));
  app.get("/live", (_request, reply) => {
    if (!live.add(reply.raw, room.picture))
      throw controlRoomErrors.make("too-many-listeners", { limit: LIVE_LISTENERS_LIMIT });
    reply.hijack();
  });
}

function roomMetrics(room: Room, live: LiveStream): Metrics {
  return metricsOf("control_room", {
    counters: () => ({ ...room.counters, ...room.asked, liveSkipped: live.counters.skipped }),
    gauges: () => ({ listeners: live.listeners, findings: room.picture.findings.length }),
  });
}

/** The built page. Its files carry their hash in the name, so only the page itself is asked for again. */
async function showPage(app: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(`${root}/index.html`)) {
    app.get("/", () => {
      throw controlRoomErrors.make("page-not-built", { root });
    });
    return;
  }
  await app.register(fastifyStatic, { root, immutable: true, maxAge: "30d", index: false });
  app.get("/", (_request, reply) => reply.sendFile("index.html", { immutable: false, maxAge: 0 }));
}
