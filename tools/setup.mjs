// Makes a fresh machine ready: node modules (Node 26 among them), ffmpeg, and the built pages; with --test what the tests
// want, with --long what the tests that last want, with --bench what the benchmarks want.
// Runs on the machine's own Node (20 or later) before anything is installed: plain JavaScript, no dependency.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";

const forTests = process.argv.includes("--test");
const forLongTests = process.argv.includes("--long");
const forBenches = process.argv.includes("--bench");
const NODE = "node_modules/.bin/node";
const MODULES_STAMP = "node_modules/.regista-setup";
const PAGES_STAMP = "dist/.regista-pages";

/** Foreign caches: the long tests stand them in the chain, the benchmark measures them beside ours. */
const FOREIGN_CACHES = [
  { name: "nginx", package: "nginx", why: "is a foreign cache", services: ["nginx"] },
  {
    name: "varnishd",
    package: "varnish",
    why: "is a foreign cache",
    services: ["varnish", "varnishncsa"],
  },
];

/** Programs that come from the system's packages: what for, and the Debian package. */
const PROGRAMS = [
  { name: "ffmpeg", package: "ffmpeg", why: "encodes and decodes the pictures" },
  ...(forTests
    ? [
        { name: "chromium", package: "chromium", why: "plays the match in the tests" },
        { name: "curl", package: "curl", why: "is a foreign client of HTTP/2 over TLS" },
        { name: "xmllint", package: "libxml2-utils", why: "validates the MPD against its schema" },
        { name: "ip", package: "iproute2", why: "makes the lab's namespaces and wires" },
        { name: "tc", package: "iproute2", why: "gives the lab's ports their speeds" },
        { name: "cc", package: "gcc libc6-dev", why: "compiles the lab's emulator of delay" },
      ]
    : []),
  ...(forLongTests || forBenches ? FOREIGN_CACHES : []),
  ...(forBenches
    ? [
        {
          name: "traffic_server",
          package: "trafficserver",
          why: "is a foreign cache",
          services: ["trafficserver"],
        },
        { name: "wrk", package: "wrk", why: "asks for cached objects over HTTP/1.1 and TLS" },
        { name: "h2load", package: "nghttp2-client", why: "asks for them over HTTP/2" },
        { name: "openssl", package: "openssl", why: "makes the benchmark's certificate" },
      ]
    : []),
];

const say = (sentence) => console.error(`setup: ${sentence}`);
const stop = (sentence) => {
  say(sentence);
  process.exit(1);
};

if (Number(process.versions.node.split(".")[0]) < 20)
  stop(`this is Node ${process.version}; install Node 20 or later and try again.`);
installModules();
installPrograms();
buildPages();

function installModules() {
  const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  if (existsSync(MODULES_STAMP) && readFileSync(MODULES_STAMP, "utf8") === lock) return;
  say("installing node modules (about 30 s the first time) …");
  const npmScript = process.env.npm_execpath;
  const flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = npmScript
    ? spawnSync(process.env.npm_node_execpath ?? process.execPath, [npmScript, ...flags], {
        stdio: "inherit",
      })
    : spawnSync("npm", flags, { stdio: "inherit" });
  if (npm.status !== 0)
    stop(
      "npm could not install the modules; its message stands above. Check the network and run the command again.",
    );
  const node = spawnSync(NODE, ["-v"], { encoding: "utf8" });
  if (!/^v2[4-9]\./.test(node.stdout ?? ""))
    stop("node_modules/.bin/node does not run; remove node_modules and run the command again.");
  writeFileSync(MODULES_STAMP, lock); // last, so that an interrupted install is done again
}

function installPrograms() {
  const missing = PROGRAMS.filter((program) => !onPath(program.name));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((program) => program.package.split(" ")))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  for (const program of missing) say(`${program.name} is missing: it ${program.why}.`);
  const root = process.getuid?.() === 0;
  const sudo = !root && onPath("sudo") && spawnSync("sudo", ["-n", "true"]).status === 0;
  if (!onPath("apt-get") || (!root && !sudo))
    stop(`install what is missing and try again, on Debian: ${root ? "" : "sudo "}${command}`);
  say(`installing ${packages.join(", ")} by apt-get (about a minute) …`);
  const asRoot = (script) =>
    spawnSync(
      sudo ? "sudo" : "env",
      [...(sudo ? ["-n", "env"] : []), "DEBIAN_FRONTEND=noninteractive", "sh", "-c", script],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    ).status === 0;
  const services = missing.flatMap((program) => program.services ?? []);
  const installed = asRoot("apt-get update -qq") && asRoot(quietly(`${command} -qq`, services));
  if (!installed)
    stop(`apt-get did not install them; its message stands above. By hand: ${command}`);
}

/**
 * A script that installs without starting the packages' services, now or at the next boot: they are started by tests and
 * benchmarks, on ports of their own. Debian asks policy-rc.d before it starts one (101: no).
 */
function quietly(command, services) {
  if (services.length === 0) return command;
  const guard = "/usr/sbin/policy-rc.d";
  return [
    `if [ ! -e ${guard} ]; then`,
    `  trap 'rm -f ${guard}' EXIT`,
    `  printf '#!/bin/sh\\nexit 101\\n' > ${guard} && chmod 755 ${guard}`,
    `fi`,
    `${command} || exit 1`,
    `if [ -d /run/systemd/system ]; then systemctl disable --quiet ${services.join(" ")} || true; fi`,
  ].join("\n");
}

function buildPages() {
  const sources = fingerprint([
    "src/viewer",
    "src/controlroom",
    "src/telemetry/cmcd.ts",
    "src/protocol",
    "package-lock.json",
  ]);
  if (existsSync(PAGES_STAMP) && readFileSync(PAGES_STAMP, "utf8") === sources) return;
  say("building the pages (about 10 s) …");
  const build = spawnSync(NODE, ["tools/build.ts"], { stdio: ["ignore", "ignore", "inherit"] });
  if (build.status !== 0) stop("the pages were not built; the reason stands above.");
  writeFileSync(PAGES_STAMP, sources);
}

function onPath(program) {
  // Servers lie in /usr/sbin, which is not on everybody's path.
  return [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const path of paths) addTo(hash, path);
  return hash.digest("hex");
}

function addTo(hash, path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    hash.update(path).update(readFileSync(path));
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
    addTo(hash, join(path, entry.name));
}
