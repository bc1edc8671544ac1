// Debian's Apache Traffic Server, with the configuration of trafficserver/.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Place, Standing } from "../contender.ts";
import { certify, end, fill, freePorts, launch, listening, pinned, versionOf } from "../process.ts";

const filled = [
  "records.config",
  "remap.config",
  "storage.config",
  "ssl_multicert.config",
  "ip_allow.yaml",
  "runroot.yaml",
];
/** Files that it wants to find, and that hold nothing. */
const empty = [
  "plugin.config",
  "logging.yaml",
  "sni.yaml",
  "parent.config",
  "hosting.config",
  "volume.config",
];

export const trafficServer: Contender = {
  name: "ats",
  version: () => versionOf("traffic_server", "-V", /Traffic Server ([\d.]+)/),
  start,
};

async function start({ originPort, folder, core }: Place): Promise<Standing> {
  const [port, tlsPort] = (await freePorts(2)) as [number, number];
  for (const name of ["share", "var", "run", "log", "cache"]) mkdirSync(join(folder, name));
  const names = { FOLDER: folder, PORT: port, TLS_PORT: tlsPort, ORIGIN_PORT: originPort };
  for (const name of filled)
    fill(new URL(`trafficserver/${name}`, import.meta.url), join(folder, name), names);
  for (const name of empty) writeFileSync(join(folder, name), "");
  certify(folder);
  const words = [`--run-root=${join(folder, "runroot.yaml")}`];
  const child = launch(pinned(core, "traffic_server", words), { folder });
  const address = { host: "127.0.0.1", port };
  await listening(child, address, folder).catch(async (failure: unknown) => {
    await end(child);
    throw failure;
  });
  return {
    name: trafficServer.name,
    address,
    pid: child.pid as number,
    tls: { address: { host: "127.0.0.1", port: tlsPort }, pid: child.pid as number },
    close: () => end(child),
  };
}
