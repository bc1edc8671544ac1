// What the network view knows: the latest figures, whether the room still speaks, and what an address was told.
import type { Explained, NetworkView } from "../network/view.ts";
import { now } from "./clock.ts";

/** The room is called silent when nothing came for this long, ms. */
const SILENCE_MS = 3_500;

export class NetworkLive {
  view = $state.raw<NetworkView | null>(null);
  #heardAt = $state(now());

  /** Since when the room has said nothing, ms; null while it speaks. */
  silentFor(at: number): number | null {
    const silent = at - this.#heardAt;
    return silent > SILENCE_MS ? silent : null;
  }

  /** Listens until the returned function is called. The browser comes back by itself after a break. */
  listen(): () => void {
    this.#heardAt = now();
    const source = new EventSource("network/live");
    source.addEventListener("message", (event) => {
      this.#heardAt = now();
      this.view = JSON.parse(String(event.data)) as NetworkView;
    });
    return () => source.close();
  }
}

/** A question about an address, and its answer. */
export class Question {
  ip = $state("");
  asking = $state(false);
  answer = $state.raw<Explained | null>(null);
  /** Why there is none, and what to do; null: nothing went wrong. */
  problem = $state<string | null>(null);
  #last = 0;

  /** Asks; of several questions the last one counts. */
  async ask(): Promise<void> {
    this.#last += 1;
    const mine = this.#last;
    this.asking = true;
    const { answer, problem } = await explained(this.ip.trim());
    if (mine !== this.#last) return;
    this.asking = false;
    this.answer = answer;
    this.problem = problem;
  }
}

async function explained(
  ip: string,
): Promise<{ answer: Explained | null; problem: string | null }> {
  try {
    const response = await fetch(`network/explain?ip=${encodeURIComponent(ip)}`);
    const body: unknown = await response.json();
    if (response.ok) return { answer: body as Explained, problem: null };
    const { error, cure } = body as { error?: string; cure?: string };
    const said = [error, cure].filter((sentence) => typeof sentence === "string").join(" ");
    return { answer: null, problem: said || `The control room answered ${response.status}.` };
  } catch {
    return { answer: null, problem: "The control room does not answer. Ask again when it does." };
  }
}
