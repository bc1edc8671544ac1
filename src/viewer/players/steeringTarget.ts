// The target in a steering answer. The key is spelled here, under the protocol's own type: its schemas would bring a
// validator into the page.
import type { TARGET_KEY } from "#protocol";

const KEY: typeof TARGET_KEY = "X-REGISTA-TARGET";

/** Hands on what a steering answer says of the target, unchecked; nothing when it says nothing. */
export function tellTarget(answer: unknown, onTarget: (target: unknown) => void): void {
  if (typeof answer === "object" && answer !== null && KEY in answer) onTarget(answer[KEY]);
}
