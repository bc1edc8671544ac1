// Two benchmarks on one machine measure each other: the second one is refused.
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** A name in the kernel, gone with the process that holds it (unix(7), abstract sockets). */
const NAME = "\0regista-bench";

/** Holds the machine until the process ends. Throws a sentence when another benchmark holds it. */
export async function measureAlone(): Promise<Server> {
  const server = createServer().unref();
  try {
    await once(server.listen({ path: NAME }), "listening");
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== "EADDRINUSE") throw failure;
    throw new Error(
      "Another benchmark runs on this machine; the two would measure each other. Wait until it has ended.",
      { cause: failure },
    );
  }
  return server;
}
