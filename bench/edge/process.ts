// Child processes of the benchmark: pinned to a core, ready when they say so or when their port answers, ended by pid.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { Address } from "./client/gate.ts";

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = ms(5_000);
/** Makes certificates; part of every Debian that has a web server. */
const OPENSSL = "openssl";

/** Servers lie in /usr/sbin, which is not on everybody's path. */
const environment = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };

/** The words that run `program` on `core`. */
export const pinned = (core: number | null, program: string, args: readonly string[]): string[] =>
  core === null ? [program, ...args] : ["taskset", "-c", String(core), program, ...args];

/** A new folder for servers, in memory where the machine has a tmpfs; one that gives up root reaches it. */
export function serversFolder(): string {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "regista-"));
  chmodSync(folder, 0o755);
  return folder;
}

/** Starts a program whose words go to `folder`/output.log. */
export function launch(
  words: readonly string[],
  {
    folder,
    env = {},
    ipc = false,
  }: { folder: string; env?: Record<string, string>; ipc?: boolean },
): ChildProcess {
  const [program, ...args] = words as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
  });
  const log = createWriteStream(logOf(folder), { flags: "a" });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

const logOf = (folder: string): string => join(folder, "output.log");

/** Resolves when `child` accepts connections there; rejects, with what it said, when it ends before. */
export async function listening(
  child: ChildProcess,
  address: Address,
  folder: string,
): Promise<void> {
  const start = systemClock.monotonic();
  while (!(await accepts(address))) {
    const said = (): string => readFileSync(logOf(folder), "utf8").slice(-2_000);
    if (child.exitCode !== null) throw new Error(`it ended at once: ${said()}`);
    if (systemClock.monotonic() - start > START_LIMIT_MS)
      throw new Error(`it does not listen: ${said()}`);
    await systemClock.sleep(ms(50));
  }
}

function accepts(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(address);
    probe.once("connect", () => (probe.destroy(), resolve(true)));
    probe.once("error", () => resolve(false));
  });
}

/** Ends it, by SIGTERM and then by force. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const limit = systemClock.after(STOP_LIMIT_MS, () => child.kill("SIGKILL"));
  await gone;
  limit.cancel();
}

/** `count` ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => void probe.listen(0, "127.0.0.1", resolve));
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

/** Writes `template` into `file` with each @NAME@ replaced. */
export function fill(template: URL, file: string, names: Record<string, string | number>): void {
  const text = readFileSync(template, "utf8");
  writeFileSync(
    file,
    text.replaceAll(/@([A-Z_]+)@/g, (whole, name: string) => String(names[name] ?? whole)),
  );
}

/** The first line of what `program` says of itself, on either stream; null when it is not installed. */
export function versionOf(program: string, flag: string, pattern: RegExp): string | null {
  const said = spawnSync(program, [flag], { encoding: "utf8", env: environment });
  if (said.error) return null;
  return pattern.exec(`${said.stdout}${said.stderr}`)?.[1] ?? "unknown";
}

/** A certificate for tests and benchmarks, P-256, as cert.pem and key.pem in `folder`. */
export function certify(folder: string): { certFile: string; keyFile: string } {
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const name = ["-subj", "/CN=localhost", "-days", "2"];
  const words = ["req", "-x509", ...curve, ...name, "-keyout", keyFile, "-out", certFile];
  const { status, stderr } = spawnSync(OPENSSL, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`no certificate: ${stderr}`);
  return { certFile, keyFile };
}
