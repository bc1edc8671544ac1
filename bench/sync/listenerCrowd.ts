// Thousands of listeners in a process of their own: plain sockets that count the cues they are told.
import { connect, type Socket } from "node:net";
import { systemClock } from "#base/clock";

/** Told to the process once, over its channel. */
export interface CrowdOrder {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly count: number;
}

/** What it says: all listen; or a cue has come to the last of them. Instants are UTC ms. */
export type CrowdNews =
  | { readonly kind: "listening" }
  | {
      readonly kind: "told";
      readonly seq: number;
      readonly firstAt: number;
      readonly lastAt: number;
    }
  | { readonly kind: "lost"; readonly listeners: number };

/** Connections that are opened at once, so that the server's queue is not what is measured. */
const AT_ONCE = 200;
/** An event that has come to its end. */
const wholeCue = /id: (\d+)\nevent: cue\ndata: [^\n]*\n\n/g;

interface Told {
  left: number;
  firstAt: number;
}

const say = (news: CrowdNews): void => void process.send?.(news);
const toldOf = new Map<number, Told>();
let listening = 0;
let gone = 0;

process.once("message", (order: CrowdOrder) => {
  let opened = 0;
  const open = (): void => {
    if (opened++ >= order.count) return;
    listen(order, () => {
      listening += 1;
      if (listening === order.count) say({ kind: "listening" });
      open();
    });
  };
  for (let each = 0; each < AT_ONCE; each += 1) open();
});
process.on("disconnect", () => process.exit());

function listen({ host, port, path, count }: CrowdOrder, greeted: () => void): Socket {
  const socket = connect({ host, port });
  let rest = "";
  let heard = false;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  socket.on("data", (bytes) => {
    rest += bytes.toString("latin1");
    if (!heard && rest.includes("event: hello")) {
      heard = true;
      greeted();
    }
    for (const [, seq] of rest.matchAll(wholeCue)) came(Number(seq), count);
    rest = rest.slice(rest.lastIndexOf("\n\n") + 1);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => say({ kind: "lost", listeners: ++gone }));
  return socket;
}

function came(seq: number, count: number): void {
  const now = systemClock.utc();
  const told = toldOf.get(seq) ?? { left: count, firstAt: now };
  toldOf.set(seq, told);
  told.left -= 1;
  if (told.left > 0) return;
  toldOf.delete(seq);
  say({ kind: "told", seq, firstAt: told.firstAt, lastAt: now });
}
