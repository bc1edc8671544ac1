// Why a viewer is moved: one row each, which feeds sentences, counters and the log.

export const moveReasons = {
  silent: "its edge is down",
  draining: "its edge takes its leave",
  slow: "its edge is slow",
  severed: "a line on its way is lost",
  crowded: "what its bytes pass is over full",
  better: "a better path has had room for long",
  barred: "its edge serves it no more",
} as const;
export type MoveReason = keyof typeof moveReasons;
export const moveReasonNames = Object.keys(moveReasons) as MoveReason[];
