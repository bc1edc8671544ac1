// What `--input` may say, and how ffmpeg opens it.
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { sentenceOf } from "#base";
import { broadcasterErrors } from "../errors.ts";

/** An input, read. */
export type Input =
  | { readonly kind: "test" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "srt" | "udp" | "rtmp"; readonly url: string };

/** How long ffmpeg waits for a silent network before it gives up, µs: then it is started again, or nobody is left to. */
const NETWORK_TIMEOUT_US = 5_000_000;
/** The delay that SRT is given to repair losses, µs: a parameter `latency` in the address overrides it. */
const SRT_LATENCY_US = 120_000;

/**
 * Reads an input. Throws broadcaster/unknown-input, broadcaster/bad-address or broadcaster/file-missing; whether a
 * sender answers is found out later, and tried for ever.
 */
export function parseInput(text: string): Input {
  if (text === "test") return { kind: "test" };
  if (text.startsWith("file:")) return { kind: "file", path: readable(text) };
  const scheme = /^(srt|udp|rtmp):\/\//.exec(text)?.[1];
  if (scheme === undefined) throw broadcasterErrors.make("unknown-input", { input: text });
  checkAddress(text, scheme);
  return { kind: scheme as "srt" | "udp" | "rtmp", url: text };
}

function readable(text: string): string {
  const path = resolve(text.slice("file:".length).replace(/^\/\/(?=\/)/, ""));
  try {
    if (!statSync(path).isFile()) throw new Error("it is not a file");
    accessSync(path, constants.R_OK);
  } catch (failure) {
    throw broadcasterErrors.make("file-missing", { path, why: sentenceOf(failure) }, failure);
  }
  return path;
}

function checkAddress(text: string, scheme: string): void {
  let address: URL;
  try {
    // As http: the URL standard reads host and port of unknown schemes less strictly.
    address = new URL(text.replace(scheme, "http"));
  } catch (failure) {
    throw broadcasterErrors.make("bad-address", { input: text, why: "it is no address" }, failure);
  }
  const port = Number(address.port || (scheme === "rtmp" ? 1935 : 0));
  if (port === 0)
    throw broadcasterErrors.make("bad-address", { input: text, why: "the port is missing" });
}

/** An input as people may see it: of an address only where it is, since names, paths and parameters can be secrets. */
export function shownInput(input: Input): string {
  if (input.kind === "test") return "test";
  if (input.kind === "file") return `file:${input.path}`;
  const { host, port } = new URL(input.url.replace(input.kind, "http"));
  return `${input.kind}://${port === "" && input.kind !== "rtmp" ? `${host}:80` : host}`;
}

/** ffmpeg's arguments that open an input, with no more buffering than its transport needs. */
export function openingArguments(input: Exclude<Input, { kind: "test" }>): string[] {
  if (input.kind === "file") return ["-re", "-stream_loop", "-1", "-i", input.path];
  const live = ["-fflags", "+discardcorrupt", "-flags", "low_delay", "-analyzeduration", "1500000"];
  if (input.kind === "rtmp") {
    return [
      ...live,
      "-listen",
      "1",
      "-timeout",
      String(NETWORK_TIMEOUT_US / 1_000_000),
      "-i",
      input.url,
    ];
  }
  const extra: Record<string, string> =
    input.kind === "udp"
      ? { timeout: String(NETWORK_TIMEOUT_US), overrun_nonfatal: "1", fifo_size: "50000" }
      : {
          timeout: String(NETWORK_TIMEOUT_US),
          listen_timeout: String(NETWORK_TIMEOUT_US),
          latency: String(SRT_LATENCY_US),
        };
  return [...live, "-f", "mpegts", "-i", withDefaults(input.url, extra)];
}

/** Adds parameters that the address does not have yet. */
function withDefaults(url: string, extra: Readonly<Record<string, string>>): string {
  const [base, query = ""] = url.split("?", 2) as [string, string?];
  const given = new URLSearchParams(query);
  for (const [name, value] of Object.entries(extra)) if (!given.has(name)) given.set(name, value);
  return `${base}?${given.toString()}`;
}
