// This product's edge: the role's own processes, as an operator starts them, one for clear text and one for TLS.
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { Address } from "./client/gate.ts";
import type { Contender, Place, Standing } from "./contender.ts";
import { certify, end, launch, pinned } from "./process.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
/** One request of so many is written down, as an operator would have it. */
const LOGGED_EVERY = 100;
const START_LIMIT_MS = ms(20_000);

export const ours: Contender = { name: "regista", version: () => process.version, start };

interface Ready {
  readonly ready?: { readonly url: string };
  readonly failed?: { readonly why: string };
}

async function start(place: Place): Promise<Standing> {
  const plain = await startEdge(place, "plain", null);
  const files = certify(place.folder);
  const secure = await startEdge(place, "secure", files).catch(async (failure: unknown) => {
    await end(plain.child);
    throw failure;
  });
  return {
    name: ours.name,
    address: plain.address,
    pid: plain.child.pid as number,
    // What says http is not measured as TLS.
    tls: secure.tls ? { address: secure.address, pid: secure.child.pid as number } : null,
    close: async () => void (await Promise.all([end(plain.child), end(secure.child)])),
  };
}

async function startEdge(
  { originPort, folder, core }: Place,
  name: string,
  tls: { certFile: string; keyFile: string } | null,
): Promise<{ child: ChildProcess; address: Address; tls: boolean }> {
  const options = {
    port: 0,
    id: `bench-${name}`,
    upstreams: [`http://127.0.0.1:${originPort}`],
    accessLog: { file: join(folder, `${name}.access.log`), every: LOGGED_EVERY },
    tls,
  };
  const words = [MAIN, "edge", "--json", JSON.stringify(options)];
  const child = launch(pinned(core, process.execPath, words), { folder, ipc: true });
  const url = await announced(child).catch(async (failure: unknown) => {
    await end(child);
    throw failure;
  });
  const address = { host: url.hostname, port: Number(url.port) };
  return { child, address, tls: url.protocol === "https:" };
}

/** Resolves with the edge's address once it listens. */
function announced(child: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    const limit = systemClock.after(START_LIMIT_MS, () =>
      reject(new Error("the edge did not listen in time")),
    );
    child.once("exit", (code) => {
      limit.cancel();
      reject(new Error(`the edge ended with status ${code}`));
    });
    child.on("message", ({ ready, failed }: Ready) => {
      limit.cancel();
      if (ready) resolve(new URL(ready.url));
      if (failed) reject(new Error(failed.why));
    });
  });
}
