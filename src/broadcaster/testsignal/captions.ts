// What the test signal says, in two languages. A pure function of UTC: two broadcasters say the same, and a test knows
// what must be on the screen.
import { isoTime, utcMs } from "#base";
import { PITCH } from "./camera.ts";
import { ballHolderAt } from "./play.ts";

/** A caption begins each so many milliseconds, on a full second of UTC, and is there for so many. */
export const CAPTION_EVERY_MS = 4_000;
export const CAPTION_LASTS_MS = 3_200;

const SECOND_MS = 1_000;

/** A language that captions are in: its name in renditions, for ISO 639-2 and for RFC 5646, and its words. */
export interface CaptionLanguage {
  readonly rendition: string;
  readonly iso639: string;
  readonly tag: string;
  say(scene: { team: string; number: number; where: Third }): string;
}

/** A third of the pitch, as the team with the ball sees it. */
type Third = "back" | "middle" | "front";

const teams = { home: "Roma", away: "Milano" } as const;

/** In the order in which they are published. */
export const captionLanguages: readonly CaptionLanguage[] = [
  {
    ...{ rendition: "t-it", iso639: "ita", tag: "it" },
    say: ({ team, number, where }) => {
      const place = { back: "in difesa", middle: "a centrocampo", front: "in attacco" }[where];
      return `${team}: palla al numero ${number}, ${place}`;
    },
  },
  {
    ...{ rendition: "t-en", iso639: "eng", tag: "en" },
    say: ({ team, number, where }) => {
      const place = { back: "at the back", middle: "in midfield", front: "up front" }[where];
      return `${team}: number ${number} on the ball, ${place}`;
    },
  },
];

/** A caption. Times are UTC in milliseconds, and lie on frames of 25 and of 50 a second. */
export interface Caption {
  /** Counted from the epoch. */
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  /** The second of UTC at its start, as `HH:MM:SS UTC`, then what happens on the pitch at that instant. */
  readonly text: string;
}

/** A stretch of time with its caption, or without one. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly caption: Caption | null;
}

/** What is said from one instant to another: stretches that follow one another without a gap. */
export function captionsBetween(
  language: CaptionLanguage,
  span: { fromMs: number; toMs: number },
): Stretch[] {
  const stretches: Stretch[] = [];
  for (let fromMs = span.fromMs; fromMs < span.toMs;) {
    const index = Math.floor(fromMs / CAPTION_EVERY_MS);
    const end = index * CAPTION_EVERY_MS + CAPTION_LASTS_MS;
    const speaks = fromMs < end;
    const toMs = Math.min(span.toMs, speaks ? end : (index + 1) * CAPTION_EVERY_MS);
    stretches.push({ fromMs, toMs, caption: speaks ? captionOf(language, index) : null });
    fromMs = toMs;
  }
  return stretches;
}

function captionOf(language: CaptionLanguage, index: number): Caption {
  const startMs = index * CAPTION_EVERY_MS;
  const { number, home, along } = ballHolderAt(startMs / SECOND_MS);
  const team = home ? teams.home : teams.away;
  // Where a team defends the other attacks.
  const towards = home ? along : -along;
  const third = PITCH.length / 6;
  const where = towards < -third ? "back" : towards > third ? "front" : "middle";
  const clock = isoTime(utcMs(startMs)).slice(11, 19);
  const text = `${clock} UTC\n${language.say({ team, number, where })}`;
  return { index, startMs, endMs: startMs + CAPTION_LASTS_MS, text };
}
