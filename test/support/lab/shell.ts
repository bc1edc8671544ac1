// Scripts of `ip` and `tc`, run to their end; what one of them refuses stands in the error.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { COMMAND_LIMIT_MS } from "./limits.ts";

const run = promisify(execFile);
const QUIET = { timeout: COMMAND_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 };

/** Runs a script of the shell. Rejects with what it said and with its line. */
export function runScript(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-s"], { stdio: "pipe", timeout: COMMAND_LIMIT_MS });
    let said = "";
    let answered = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (answered += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (said += text));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(answered);
      reject(new Error(`the lab's script ended with ${code}: ${said.trim()}\n${script}`));
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}

/** The output of one command. Rejects when it fails. */
export async function ask(program: string, words: readonly string[]): Promise<string> {
  return (await run(program, words, QUIET)).stdout;
}

/** The same, null when it fails: for what may be gone already. */
export async function tryTo(program: string, words: readonly string[]): Promise<string | null> {
  return ask(program, words).catch(() => null);
}

/** Why a lab cannot be built here, in a sentence; null when it can. */
export function whyNoLab(): string | null {
  if (process.platform !== "linux") return "a lab needs Linux";
  if (process.getuid?.() !== 0) return "a lab needs root, for network namespaces";
  const missing = ["ip", "tc", "cc"].filter((name) => !onPath(name));
  if (missing.length > 0) return `a lab needs ${missing.join(", ")} (npm run lab installs them)`;
  if (!existsSync("/dev/net/tun")) return "a lab needs TAP interfaces (/dev/net/tun)";
  if (!existsSync("/proc/self/ns/net")) return "a lab needs network namespaces";
  return null;
}

const onPath = (program: string): boolean =>
  [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"].some((folder) =>
    existsSync(`${folder}/${program}`),
  );
