// What the desk's page knows and does: the last cues, and the entry of one.
import type { Cue, CueKind } from "#protocol";
import { every } from "./clock.ts";

/** How often the list is asked for while the desk is open, ms. */
const LIST_PERIOD_MS = 1_000;

export class CueDesk {
  cues = $state.raw<readonly Cue[]>([]);
  /** Why there is no list; null while there is. */
  problem = $state<string | null>(null);
  /** The last one entered here; null before it. */
  entered = $state.raw<Cue | null>(null);
  /** Why the last entry was not taken; null when it was. */
  refused = $state<string | null>(null);
  busy = $state(false);

  /** Lists until the returned function is called. */
  list(): () => void {
    void this.#ask();
    return every(LIST_PERIOD_MS, () => void this.#ask());
  }

  /** Enters a cue that the operator sees `delayMs` behind the camera; whether it was taken. */
  async enter(kind: CueKind, data: Cue["data"], delayMs: number): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      const answer = await fetch("cue", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ v: 1, kind, data, delayMs }),
      });
      const body = (await answer.json()) as Cue & { error?: string; cure?: string };
      if (!answer.ok) throw new Error([body.error, body.cure].filter(Boolean).join(" "));
      this.entered = body;
      return true;
    } catch (failure) {
      this.refused = failure instanceof Error ? failure.message : String(failure);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #ask(): Promise<void> {
    try {
      const body = (await (await fetch("cues")).json()) as {
        problem: string | null;
        cues: readonly Cue[];
      };
      [this.cues, this.problem] = [body.cues, body.problem];
    } catch {
      this.problem = "the control room does not answer";
    }
  }
}
