// The floor: a relay that reads no HTTP, and writes what comes from the origin to everybody who waits, in turn. It shows
// what the machine, the kernel and the client process cost by themselves; nobody could be much sooner.
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Contender, Place, Standing } from "./contender.ts";
import { end, launch, pinned } from "./process.ts";

const SELF = fileURLToPath(import.meta.url);

export const floor: Contender = { name: "floor", version: () => process.version, start };

async function start({ originPort, folder, core }: Place): Promise<Standing> {
  const words = pinned(core, process.execPath, [SELF, String(originPort)]);
  const child = launch(words, { folder, ipc: true });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: number) => resolve(message));
    child.once("exit", (code) => reject(new Error(`the floor ended with status ${code}`)));
  });
  return {
    name: floor.name,
    address: { host: "127.0.0.1", port },
    tls: null,
    pid: child.pid as number,
    close: () => end(child),
  };
}

interface Relayed {
  readonly waiting: Socket[];
  readonly bytes: Buffer[];
}

/** Serves until its parent goes. An object is asked for once and kept as it came, head and framing included. */
function serve(originPort: number): void {
  const objects = new Map<string, Relayed>();
  const fetchOnce = (target: string): Relayed => {
    const object: Relayed = { waiting: [], bytes: [] };
    objects.set(target, object);
    const upstream = connect(originPort, "127.0.0.1");
    upstream.write(`GET ${target} HTTP/1.1\r\nHost: origin\r\n\r\n`);
    upstream.on("data", (bytes) => {
      object.bytes.push(bytes);
      for (const socket of object.waiting) socket.write(bytes);
    });
    return object;
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (request) => {
      const target = request
        .toString("latin1", 4, request.indexOf(" ", 4))
        .replace(/[?&]CMCD=.*/, "");
      const object = objects.get(target) ?? fetchOnce(target);
      if (object.bytes.length > 0) socket.write(Buffer.concat(object.bytes));
      object.waiting.push(socket);
    });
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
    process.send?.((server.address() as AddressInfo).port),
  );
  process.on("disconnect", () => process.exit());
}

if (process.argv[1] === SELF) serve(Number(process.argv[2]));
