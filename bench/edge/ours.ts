// This product's edge: the role's own process, as an operator starts it.
import type { Contender, Place, Standing } from "./contender.ts";
import { certify, end, launch, pinned } from "./process.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;

export const ours: Contender = { name: "regista", version: () => process.version, start };

interface Ready {
  readonly ready?: { readonly url: string };
  readonly failed?: { readonly why: string };
}

async function start({ originPort, folder, core }: Place): Promise<Standing> {
  certify(folder);
  const options = {
    port: 0,
    id: "bench",
    upstreams: [`http://127.0.0.1:${originPort}`],
  };
  const words = [MAIN, "edge", "--json", JSON.stringify(options)];
  const child = launch(pinned(core, process.execPath, words), { folder, ipc: true });
  const url = await new Promise<URL>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the edge ended with status ${code}`)));
    child.on("message", ({ ready, failed }: Ready) => {
      if (ready) resolve(new URL(ready.url));
      if (failed) reject(new Error(failed.why));
    });
  });
  return {
    name: ours.name,
    address: { host: url.hostname, port: Number(url.port) },
    tls: null,
    pid: child.pid as number,
    close: () => end(child),
  };
}
