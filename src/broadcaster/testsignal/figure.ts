// A player's body as a handful of round limbs, and the sprite that they make.
import { distance } from "./font.ts";
import type { Kit } from "./play.ts";
import { type Colour, rgb } from "./surface.ts";

/** A drawn figure: cover (0…255) and colour of each pixel. Its feet stand in the middle of its lower edge. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** How a figure is drawn. */
export interface Look {
  readonly kit: Kit;
  /** 0…{@link STEPS}−1 while running, {@link STEPS} standing. */
  readonly pose: number;
  /** Pixels. */
  readonly height: number;
  /** Whether it faces right. */
  readonly right: boolean;
}

/** Poses of a running step; a further one stands. */
export const STEPS = 8;

const skin = rgb(214, 164, 130);
const hair = rgb(44, 32, 26);
const boots = rgb(24, 24, 26);
const dress: Readonly<Record<Kit, { shirt: Colour; shorts: Colour; socks: Colour }>> = {
  home: { shirt: rgb(196, 22, 38), shorts: rgb(236, 236, 238), socks: rgb(180, 18, 32) },
  away: { shirt: rgb(238, 242, 250), shorts: rgb(28, 52, 140), socks: rgb(232, 236, 248) },
  "home-keeper": { shirt: rgb(250, 196, 20), shorts: rgb(32, 32, 36), socks: rgb(250, 196, 20) },
  "away-keeper": { shirt: rgb(30, 214, 150), shorts: rgb(20, 60, 50), socks: rgb(30, 214, 150) },
  referee: { shirt: rgb(26, 26, 30), shorts: rgb(26, 26, 30), socks: rgb(30, 30, 34) },
};

interface Limb {
  readonly from: readonly [x: number, up: number];
  readonly to: readonly [x: number, up: number];
  readonly radius: number;
  readonly colour: Colour;
}

/** A body of height 1 with its feet at 0, facing right, farther limbs first. */
function bodyOf(kit: Kit, pose: number): Limb[] {
  const { shirt, shorts, socks } = dress[kit];
  const running = pose < STEPS;
  const phase = (2 * Math.PI * pose) / STEPS;
  const lean = running ? 0.035 : 0;
  const leg = (turn: number): Limb[] => {
    const swing = running ? 0.75 * Math.sin(turn) : 0.12 * Math.sign(Math.sin(turn + 1));
    const bend = running ? 0.25 + 0.75 * Math.max(0, -Math.cos(turn)) : 0.04;
    const knee: [number, number] = [0.24 * Math.sin(swing), 0.47 - 0.23 * Math.cos(swing)];
    const foot: [number, number] = [
      knee[0] + 0.22 * Math.sin(swing - bend),
      Math.max(0.025, knee[1] - 0.22 * Math.cos(swing - bend)),
    ];
    return [
      { from: [0, 0.47], to: knee, radius: 0.05, colour: skin },
      { from: knee, to: foot, radius: 0.042, colour: socks },
      { from: foot, to: [foot[0] + 0.055, foot[1]], radius: 0.032, colour: boots },
      {
        from: [0, 0.49],
        to: [knee[0] * 0.6, 0.49 - (0.49 - knee[1]) * 0.6],
        radius: 0.078,
        colour: shorts,
      },
    ];
  };
  const arm = (turn: number): Limb[] => {
    const swing = running ? 0.8 * Math.sin(turn) : 0.1;
    const elbow: [number, number] = [lean + 0.13 * Math.sin(swing), 0.76 - 0.14 * Math.cos(swing)];
    const hand: [number, number] = [
      elbow[0] + 0.13 * Math.sin(swing + 0.9),
      elbow[1] - 0.13 * Math.cos(swing + 0.9),
    ];
    return [
      { from: elbow, to: hand, radius: 0.03, colour: skin },
      { from: [lean, 0.78], to: elbow, radius: 0.043, colour: shirt },
    ];
  };
  return [
    ...arm(phase),
    ...leg(phase + Math.PI),
    ...leg(phase),
    { from: [0, 0.55], to: [lean, 0.76], radius: 0.098, colour: shirt },
    ...arm(phase + Math.PI),
    { from: [lean + 0.01, 0.9], to: [lean + 0.02, 0.9], radius: 0.062, colour: skin },
    { from: [lean - 0.01, 0.935], to: [lean + 0.015, 0.945], radius: 0.052, colour: hair },
  ];
}

/** Draws a figure. */
export function drawSprite(look: Look): Sprite {
  const { height } = look;
  const width = Math.ceil(height * 0.95);
  const size = width * height;
  const plane = (): Uint8Array => new Uint8Array(size);
  const sprite = { width, height, alpha: plane(), y: plane(), u: plane(), v: plane() };
  const point = ([x, up]: readonly [number, number]): { x: number; y: number } => ({
    x: width / 2 + (look.right ? 1 : -1) * x * height,
    y: (1 - up) * height,
  });
  for (const limb of bodyOf(look.kit, look.pose)) {
    const [from, to] = [point(limb.from), point(limb.to)];
    const radius = Math.max(0.7, limb.radius * height);
    for (let at = 0; at < size; at++) {
      const gap = distance({ x: (at % width) + 0.5, y: Math.floor(at / width) + 0.5 }, from, to);
      const cover = Math.min(1, Math.max(0, radius - gap + 0.5));
      if (cover > 0) lay(sprite, at, { colour: limb.colour, cover });
    }
  }
  return sprite;
}

function lay(sprite: Sprite, at: number, paint: { colour: Colour; cover: number }): void {
  const under = (sprite.alpha[at] as number) / 255;
  const share = under === 0 ? 1 : paint.cover;
  for (const plane of ["y", "u", "v"] as const) {
    const was = sprite[plane][at] as number;
    sprite[plane][at] = Math.round(was + (paint.colour[plane] - was) * share);
  }
  sprite.alpha[at] = Math.round(255 * (paint.cover + under * (1 - paint.cover)));
}
