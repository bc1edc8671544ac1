// The emulator of wires with delay, jitter and loss: compiled on first use, one process a wire.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Closable, ms } from "#base";
import { systemClock } from "#base/clock";
import type { Line } from "./description.ts";
import { EMULATOR_START_LIMIT_MS } from "./limits.ts";
import type { PlannedWire } from "./plan.ts";
import { lineWords, type Names } from "./script.ts";
import { ask } from "./shell.ts";

const SOURCE = new URL("emulator.c", import.meta.url).pathname;

/** Packets of one direction. */
export interface EmulatorCounters {
  readonly passed: number;
  /** By the line's loss. */
  readonly lost: number;
  /** For want of room. */
  readonly dropped: number;
}

/** The compiled program's file; it is made when this source was never compiled here. */
export async function emulatorProgram(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(SOURCE)).digest("hex").slice(0, 16);
  const folder = join(tmpdir(), `regista-lab-${process.getuid?.() ?? 0}`);
  const file = join(folder, `emulator-${hash}`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made = `${file}.${process.pid}`;
  await ask("cc", ["-O2", "-Wall", "-Wextra", "-o", made, SOURCE]);
  renameSync(made, file);
  return file;
}

/** A wire under emulation. */
export class Emulator implements Closable {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #said = "";
  #heard: ((line: string) => void)[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = new Promise((resolve) => void child.once("close", () => resolve()));
    child.stdin?.on("error", () => undefined);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#said + text).split("\n");
      this.#said = lines.pop() ?? "";
      for (const line of lines) this.#heard.shift()?.(line);
    });
  }

  /** Resolves when both interfaces are there. */
  static async start(
    wire: PlannedWire,
    { program, names, seed }: { program: string; names: Names; seed: number },
  ): Promise<Emulator> {
    const ends = wire.ends.flatMap(({ station, device }) => [names.space(station), device]);
    const words = [...ends, ...lineWords(wire.line), String(seed)];
    const child = spawn(program, words, { stdio: "pipe" });
    let trouble = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (trouble += text));
    const emulator = new Emulator(child);
    const ready = emulator.#next();
    const late = new Promise<string>((resolve) => {
      systemClock.after(EMULATOR_START_LIMIT_MS, () => resolve("it was not ready in time"));
    });
    const why = await Promise.race([
      ready.then(() => null),
      emulator.#gone.then(() => trouble),
      late,
    ]);
    if (why === null) return emulator;
    await emulator.close();
    throw new Error(`the wire ${wire.id} cannot be emulated: ${why}`);
  }

  /** Another delay, jitter or loss from now on. */
  set(line: Line): void {
    this.#child.stdin?.write(`${lineWords(line).join(" ")}\n`);
  }

  /** From the wire's first end to its second, and back. */
  async counters(): Promise<readonly [EmulatorCounters, EmulatorCounters]> {
    const answer = this.#next();
    this.#child.stdin?.write("?\n");
    const numbers = (await answer).split(" ").map(Number);
    const of = (at: number): EmulatorCounters => {
      const [passed = 0, lost = 0, dropped = 0] = numbers.slice(at, at + 3);
      return { passed, lost, dropped };
    };
    return [of(0), of(3)];
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    this.#child.kill("SIGKILL");
    await Promise.race([this.#gone, systemClock.sleep(ms(1_000))]);
  }

  #next(): Promise<string> {
    return new Promise((resolve) => void this.#heard.push(resolve));
  }
}
