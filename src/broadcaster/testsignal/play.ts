// Where everybody is at an instant. A pure function of time: any two processes show the same match.
import { PITCH, type Place } from "./camera.ts";
import { noise } from "./surface.ts";

/** Seconds from one pass to the next, and the share of them that the ball lies at a player's feet. */
const PASS_S = 1.9;
const HELD = 0.42;
/** Passes until the other team has the ball. */
const PASSES_OF_A_TEAM = 6;
/** Passes longer than this are played high. */
const HIGH_PASS_M = 16;

/** Kits, in the order of the sprites: two teams, their keepers, the referee. */
const kits = ["home", "away", "home-keeper", "away-keeper", "referee"] as const;
export type Kit = (typeof kits)[number];

/** Somebody on the pitch: place, speed in metres a second, and a number of his own. */
export interface Figure extends Place {
  readonly kit: Kit;
  readonly number: number;
  readonly speedX: number;
  readonly speed: number;
}

/** The scene at an instant. */
export interface Scene {
  readonly figures: readonly Figure[];
  readonly ball: Place & { readonly up: number };
  /** Where the camera points along the pitch, metres from the centre. */
  readonly focus: number;
}

// Metres from the own goal's side of the centre, and across; the home team attacks to the right.
const home433: readonly Place[] = [
  { x: -48, z: 34 },
  { x: -29, z: 9 },
  { x: -32, z: 26 },
  { x: -32, z: 42 },
  { x: -29, z: 59 },
  { x: -12, z: 18 },
  { x: -17, z: 34 },
  { x: -12, z: 50 },
  { x: 8, z: 12 },
  { x: 12, z: 34 },
  { x: 8, z: 56 },
];
const away442: readonly Place[] = [
  { x: 48, z: 34 },
  { x: 28, z: 10 },
  { x: 31, z: 27 },
  { x: 31, z: 41 },
  { x: 28, z: 58 },
  { x: 11, z: 10 },
  { x: 14, z: 27 },
  { x: 14, z: 42 },
  { x: 11, z: 58 },
  { x: -8, z: 28 },
  { x: -10, z: 42 },
];
const OUTFIELD = 10;

/** The scene at `seconds` since the epoch. */
export function sceneAt(seconds: number): Scene {
  const now = placesAt(seconds);
  const before = placesAt(seconds - 0.12);
  const figures = now.places.map((place, index): Figure => {
    const was = before.places[index] as Place;
    const speedX = (place.x - was.x) / 0.12;
    return {
      ...place,
      kit: kitOf(index),
      number: index,
      speedX,
      speed: Math.hypot(speedX, (place.z - was.z) / 0.12),
    };
  });
  return { figures, ball: now.ball, focus: focusAt(seconds - 0.4).x };
}

function kitOf(index: number): Kit {
  if (index === 22) return "referee";
  if (index % 11 === 0) return index === 0 ? "home-keeper" : "away-keeper";
  return index < 11 ? "home" : "away";
}

/** The play wanders over the pitch. */
function focusAt(t: number): Place {
  return {
    x: 25 * Math.sin((2 * Math.PI * t) / 47) + 8 * Math.sin((2 * Math.PI * t) / 19 + 1),
    z: PITCH.width / 2 + 15 * Math.sin((2 * Math.PI * t) / 31 + 2),
  };
}

/** A player's place in the formation, which breathes with the play. */
function postAt(index: number, t: number): Place {
  const focus = focusAt(t);
  const across = focus.z - PITCH.width / 2;
  const sway = (period: number, phase: number): number =>
    Math.sin((2 * Math.PI * t) / period + phase);
  if (index === 22) {
    return { x: focus.x - 3 + 3 * sway(11, 0), z: focus.z - 6 + 3 * sway(13, 1) };
  }
  const base = (index < 11 ? home433[index] : away442[index - 11]) as Place;
  if (index % 11 === 0) {
    return {
      x: base.x + focus.x * 0.06,
      z: PITCH.width / 2 + across * 0.18 + 0.8 * sway(5, index),
    };
  }
  const x = base.x * 0.72 + focus.x * 0.72 + 2.4 * sway(7 + (index % 5), index * 2.1);
  const z =
    PITCH.width / 2 +
    (base.z - PITCH.width / 2) * 0.84 +
    across * 0.36 +
    2 * sway(6 + (index % 7), index * 1.3);
  return { x: Math.min(51, Math.max(-51, x)), z: Math.min(66, Math.max(2, z)) };
}

/** Who has the ball, or had it last, at `seconds` since the epoch, and how far up the pitch it is: metres from the centre. */
export function ballHolderAt(seconds: number): { number: number; home: boolean; along: number } {
  const index = holderOf(Math.floor(seconds / PASS_S));
  return { number: (index % 11) + 1, home: index < 11, along: ballAt(seconds).x };
}

/** Who has the ball in a pass's time: one of the four of his team who are nearest to the play. */
function holderOf(pass: number): number {
  const first = noise(Math.floor(pass / PASSES_OF_A_TEAM), 5) < 0.5 ? 1 : 12;
  const t = pass * PASS_S;
  const focus = focusAt(t);
  const near = Array.from({ length: OUTFIELD }, (_, index) => first + index)
    .map((index) => ({ index, gap: distance(postAt(index, t), focus) }))
    .sort((a, b) => a.gap - b.gap);
  // Even passes go to the two nearest, odd ones to the next two: nobody passes to himself.
  const choice = (pass & 1) * 2 + (noise(pass, 11) < 0.6 ? 0 : 1);
  return (near[choice] as (typeof near)[number]).index;
}

function ballAt(t: number): Scene["ball"] {
  const pass = Math.floor(t / PASS_S);
  const share = t / PASS_S - pass;
  const holder = holderOf(pass);
  const feet = (index: number, at: number): Place => {
    const post = postAt(index, at);
    return { x: post.x + (index < 11 ? 0.7 : -0.7), z: post.z - 0.2 };
  };
  if (share < HELD) return { ...feet(holder, t), up: 0 };
  const from = feet(holder, (pass + HELD) * PASS_S);
  const to = feet(holderOf(pass + 1), (pass + 1) * PASS_S);
  const flown = (share - HELD) / (1 - HELD);
  const eased = 1 - (1 - flown) ** 1.6;
  const far = distance(from, to);
  const rise = far > HIGH_PASS_M ? far * 0.16 : far * 0.01;
  return {
    x: from.x + (to.x - from.x) * eased,
    z: from.z + (to.z - from.z) * eased,
    up: rise * 4 * flown * (1 - flown),
  };
}

function placesAt(t: number): { places: Place[]; ball: Scene["ball"] } {
  const ball = ballAt(t);
  const places = Array.from({ length: 23 }, (_, index): Place => {
    const post = postAt(index, t);
    if (index === 22) return post;
    // Those who are near go for the ball.
    const gap = distance(post, ball);
    const pull =
      index % 11 === 0 ? 0 : 0.17 * Math.exp(-(gap * gap) / 160) * (1 - Math.exp(-gap / 3));
    return { x: post.x + (ball.x - post.x) * pull, z: post.z + (ball.z - post.z) * pull };
  });
  return { places, ball };
}

const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.z - b.z);
