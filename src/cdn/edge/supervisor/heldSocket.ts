// Listening sockets that outlive the processes which accept from them.
import { lookup } from "node:dns/promises";
import * as net from "node:net";
import { invariant, sentenceOf } from "#base";
import { serverErrors } from "#http";

/** `net.BoundSocket` of Node 26 (26.10 has it): bound at once, and neither listening nor accepting. Its types are not published yet. */
interface BoundSocket {
  address(): { address: string; port: number };
  fd(): number;
  close(): void;
}
type BoundSocketClass = new (options: {
  host: string;
  port: number;
  reusePort?: boolean;
}) => BoundSocket;

/** Sockets of one address and port, among which the kernel shares new connections (SO_REUSEPORT). */
export interface HeldSockets {
  /** Their descriptors in this process: to be inherited, never listened on here. */
  readonly fds: readonly number[];
  readonly url: string;
  /** Closes them. Connections that still wait in them are reset. */
  close(): void;
}

/**
 * Binds `count` sockets. They begin to listen when a process that inherited them calls `listen({ fd })`, and then go on
 * listening while that process dies: the descriptor here keeps the queue of connections alive. Rejects with
 * `http/port-taken` or `http/cannot-listen`.
 */
export async function holdSockets(place: {
  host: string;
  port: number;
  count: number;
}): Promise<HeldSockets> {
  const { BoundSocket } = net as unknown as { BoundSocket?: BoundSocketClass };
  if (!BoundSocket)
    throw serverErrors.make("cannot-listen", {
      ...place,
      why: `Node ${process.version} has no net.BoundSocket; run the one that the set-up installed (npm start)`,
    });
  const bound: BoundSocket[] = [];
  try {
    const host = net.isIP(place.host) ? place.host : (await lookup(place.host)).address;
    // With SO_REUSEPORT alone a second supervisor on the same port would start, and take half of the viewers in silence.
    const alone = new BoundSocket({ host, port: place.port });
    const { port } = alone.address();
    alone.close();
    while (bound.length < place.count) bound.push(new BoundSocket({ host, port, reusePort: true }));
    return held(bound);
  } catch (failure) {
    for (const socket of bound) socket.close();
    const { host: name, port } = place;
    if ((failure as NodeJS.ErrnoException).code === "EADDRINUSE")
      throw serverErrors.make("port-taken", { host: name, port }, failure);
    throw serverErrors.make(
      "cannot-listen",
      { host: name, port, why: sentenceOf(failure) },
      failure,
    );
  }
}

function held(bound: readonly BoundSocket[]): HeldSockets {
  const first = bound[0];
  invariant(first, "at least one socket is held");
  const { address, port } = first.address();
  let open = true;
  return {
    fds: bound.map((socket) => socket.fd()),
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    close() {
      if (!open) return;
      open = false;
      for (const socket of bound) socket.close();
    },
  };
}
