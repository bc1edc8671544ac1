// Ends a connection by a reset, which frees at once what the kernel holds for a peer that does not read.
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** A socket of TLS has no reset of its own: it is remembered what it stands on. */
const carriers = new WeakMap<TLSSocket, Socket>();

export function carries(carrier: Socket, socket: TLSSocket): void {
  carriers.set(socket, carrier);
}

export function sever(socket: Socket): void {
  if (socket instanceof TLSSocket) carriers.get(socket)?.resetAndDestroy();
  else socket.resetAndDestroy();
  socket.destroy();
}
