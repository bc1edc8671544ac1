// Debian's Varnish, with the configuration of docs/operating/varnish-edge.vcl.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Place, Standing } from "../contender.ts";
import { end, freePorts, launch, listening, pinned, versionOf } from "../process.ts";

const edgeConfiguration = new URL("../../../docs/operating/varnish-edge.vcl", import.meta.url);

/** Parameters for live, each with its reason; docs/operating/foreign-caches.md has the same. */
export const parameters: readonly (readonly [name: string, value: string])[] = [
  // One core is measured; more pools than cores contend.
  ["thread_pools", "1"],
  // Each viewer of a growing object takes a thread for as long as it grows.
  ["thread_pool_min", "500"],
  ["thread_pool_max", "12000"],
  // Those who waited for a playlist are woken all at once: they must not be dropped for want of a thread.
  ["thread_queue_limit", "12000"],
  // A whistle's worth of connections that have not been accepted yet.
  ["listen_depth", "4096"],
  // A player keeps its connection for the match.
  ["timeout_idle", "75"],
  // What has run out is not served, unless the origin allows it.
  ["default_grace", "0"],
  ["default_keep", "0"],
];

export const varnish: Contender = {
  name: "varnish",
  version: () => versionOf("varnishd", "-V", /varnish-([\d.]+)/),
  start,
};

async function start({ originPort, folder, core }: Place): Promise<Standing> {
  const [port] = (await freePorts(1)) as [number];
  const file = join(folder, "edge.vcl");
  const configuration = readFileSync(edgeConfiguration, "utf8").replace(
    '.port = "8083"',
    `.port = "${originPort}"`,
  );
  writeFileSync(file, configuration);
  const words = [
    ...["-F", "-n", join(folder, "state"), "-f", file],
    ...["-a", `127.0.0.1:${port}`, "-s", "malloc,512m", "-T", "none"],
    // No jail: it runs as whoever measures, and compiles its configuration in a folder of its own.
    ...["-j", "none"],
    ...parameters.flatMap(([name, value]) => ["-p", `${name}=${value}`]),
  ];
  const child = launch(pinned(core, "varnishd", words), { folder });
  const address = { host: "127.0.0.1", port };
  await listening(child, address, folder).catch(async (failure: unknown) => {
    await end(child);
    throw failure;
  });
  return {
    name: varnish.name,
    address,
    tls: null,
    pid: child.pid as number,
    close: () => end(child),
  };
}
