// The client process seen from the benchmark: commands go in, figures come out.
import type { ChildProcess } from "node:child_process";
import type { Closable } from "#base";
import { end, launch, pinned } from "../process.ts";
import type { Command, Crowded, Paced } from "./wire.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

type Answer = { originPort: number } | { id: number; result?: unknown; failure?: string };

/** What a command brings. */
export type Outcome<What extends Command["do"]> = {
  hold: Crowded;
  grow: Crowded;
  pace: Paced;
  idle: number;
  leave: undefined;
}[What];

/** Origin and viewers in a process of their own. */
export class Client implements Closable {
  readonly originPort: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (why: Error) => void }
  >();
  #commands = 0;

  private constructor(child: ChildProcess, originPort: number) {
    this.#child = child;
    this.originPort = originPort;
    child.on("message", (answer: Answer) => this.#take(answer));
    child.once("exit", () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error("the client process ended"));
    });
  }

  /** Starts it on `core`. */
  static async start({ folder, core }: { folder: string; core: number | null }): Promise<Client> {
    const child = launch(pinned(core, process.execPath, [MAIN]), { folder, ipc: true });
    const port = await new Promise<number>((resolve, reject) => {
      child.once(
        "message",
        (answer: Answer) => "originPort" in answer && resolve(answer.originPort),
      );
      child.once("exit", (code) =>
        reject(new Error(`the client process ended with status ${code}`)),
      );
    });
    return new Client(child, port);
  }

  /** Rejects with the client's own sentence when it could not. */
  do<What extends Command["do"]>(command: Extract<Command, { do: What }>): Promise<Outcome<What>> {
    const id = this.#commands++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command });
    });
  }

  close(): Promise<void> {
    return end(this.#child);
  }

  #take(answer: Answer): void {
    if (!("id" in answer)) return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.failure === undefined) waiting?.resolve(answer.result as never);
    else waiting?.reject(new Error(answer.failure));
  }
}
