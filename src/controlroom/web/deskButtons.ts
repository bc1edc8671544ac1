// The buttons of the cue desk, and what a press of one says.
import type { Cue, CueKind } from "#protocol";

/** One button of the desk. */
export interface DeskButton {
  readonly label: string;
  readonly kind: CueKind;
  readonly data: Cue["data"];
}

/** What a press of a button says of the match; the score is the one after it. */
export interface MatchState {
  readonly minute: number | null;
  readonly home: number;
  readonly away: number;
  readonly text: string;
}

export const deskButtons: readonly DeskButton[] = [
  { label: "Goal, home", kind: "goal", data: { team: "home" } },
  { label: "Goal, away", kind: "goal", data: { team: "away" } },
  { label: "Yellow, home", kind: "card", data: { team: "home", card: "yellow" } },
  { label: "Yellow, away", kind: "card", data: { team: "away", card: "yellow" } },
  { label: "Red, home", kind: "card", data: { team: "home", card: "red" } },
  { label: "Red, away", kind: "card", data: { team: "away", card: "red" } },
  { label: "VAR", kind: "var", data: {} },
  { label: "Score", kind: "score", data: {} },
  { label: "Push text", kind: "push", data: {} },
];

/** The match after `button` was pressed: a goal counts. */
export function after(button: DeskButton, match: MatchState): MatchState {
  const team = button.kind === "goal" ? button.data["team"] : null;
  return {
    ...match,
    home: match.home + Number(team === "home"),
    away: match.away + Number(team === "away"),
  };
}

/** What the cue of `button` carries, `match` being as it is after it. */
export function dataOf(button: DeskButton, match: MatchState): Cue["data"] {
  const { minute, home, away, text } = match;
  const scored = button.kind === "goal" || button.kind === "score";
  return {
    ...button.data,
    ...(minute === null ? {} : { minute }),
    ...(scored ? { home, away } : {}),
    ...(text === "" ? {} : { text }),
  };
}
