// Idle viewers over TLS 1.3: connections that each asked once, and stay.
import { connect, type TLSSocket } from "node:tls";
import type { Address } from "./gate.ts";

/** Handshakes under way at once: they cost the server a signature each. */
const OPENING_AT_ONCE = 50;

/** Opens `viewers` connections; resolves with them when each has had an answer. */
export async function openSecure(
  server: Address,
  viewers: number,
  requestOf: (viewer: number) => Buffer,
): Promise<TLSSocket[]> {
  const sockets: TLSSocket[] = [];
  let next = 0;
  const openSome = async (): Promise<void> => {
    while (next < viewers) sockets.push(await openOne(server, requestOf(next++)));
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openSome));
  return sockets;
}

function openOne(server: Address, request: Buffer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...server,
      minVersion: "TLSv1.3",
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: false, // the benchmark's own certificate
    });
    socket.once("secureConnect", () => socket.write(request));
    socket.once("data", () => resolve(socket));
    socket.on("error", reject);
    socket.resume();
  });
}
