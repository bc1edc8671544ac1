// The command line as a person uses it: a process with its words, its output and its end.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const LAUNCHER = new URL("../../bin/regista", import.meta.url).pathname;

const started = new Set<ChildProcess>();
// What a test that failed has left: the roles of a killed match end by themselves.
after(() => started.forEach((child) => child.kill("SIGKILL")));

export interface CommandOptions {
  /** Where it is started; without one, a folder of its own. */
  folder?: string;
  /** Variables beside this process's own. */
  env?: Record<string, string>;
}

/** `regista` with `words`. */
export class Command {
  readonly child: ChildProcess;
  readonly folder: string;
  #output = "";
  readonly #ended: Promise<number>;

  constructor(
    words: readonly string[],
    { folder = mkdtempSync(join(tmpdir(), "regista-")), env = {} }: CommandOptions = {},
  ) {
    this.folder = folder;
    this.child = spawn(LAUNCHER, [...words], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.add(this.child);
    this.child.once("exit", () => started.delete(this.child));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => void (this.#output += text));
    this.#ended = once(this.child, "close").then(([code]) => (code as number | null) ?? -1);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Everything said so far, on both streams. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the output holds `text`; rejects, with the output, when the process ends without it. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#output.includes(text)) resolve();
      };
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", look);
      void this.#ended.then((code) =>
        reject(new Error(`ended with ${code} and never said "${text}": ${this.#output}`)),
      );
      look();
    });
  }

  /** The exit status; −1 when a signal ended it. */
  ended(): Promise<number> {
    return this.#ended;
  }
}
