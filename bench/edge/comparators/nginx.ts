// Debian's nginx, with the configuration of docs/operating/nginx-edge.conf.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Place, Standing } from "../contender.ts";
import { certify, end, fill, freePorts, launch, listening, pinned, versionOf } from "../process.ts";

const frame = new URL("nginx.conf", import.meta.url);
const edgeConfiguration = new URL("../../../docs/operating/nginx-edge.conf", import.meta.url);

export const nginx: Contender = {
  name: "nginx",
  version: () => versionOf("nginx", "-v", /nginx\/([\d.]+)/),
  start,
};

async function start({ originPort, folder, core }: Place): Promise<Standing> {
  const [port, tlsPort] = (await freePorts(2)) as [number, number];
  for (const name of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(folder, name));
  const { certFile, keyFile } = certify(folder);
  const tls = `listen 127.0.0.1:${tlsPort} ssl http2 backlog=4096;
    ssl_certificate ${certFile};
    ssl_certificate_key ${keyFile};
    ssl_protocols TLSv1.3;`;
  const configuration = readFileSync(edgeConfiguration, "utf8")
    .replaceAll("127.0.0.1:8083", `127.0.0.1:${originPort}`)
    .replace("listen 8093 backlog=4096;", `listen 127.0.0.1:${port} backlog=4096;\n    ${tls}`)
    .replaceAll("/dev/shm/nginx-edge", join(folder, "cache"));
  writeFileSync(join(folder, "edge.conf"), configuration);
  const file = join(folder, "nginx.conf");
  fill(frame, file, { FOLDER: folder });
  const child = launch(pinned(core, "nginx", ["-c", file, "-e", join(folder, "error.log")]), {
    folder,
  });
  const address = { host: "127.0.0.1", port };
  await listening(child, address, folder).catch(async (failure: unknown) => {
    await end(child);
    throw failure;
  });
  return {
    name: nginx.name,
    address,
    pid: child.pid as number,
    tls: { address: { host: "127.0.0.1", port: tlsPort }, pid: child.pid as number },
    close: () => end(child),
  };
}
