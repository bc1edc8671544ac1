// Players, referee and ball as sprites: drawn once for every kit, pose and size that is met, then laid over the grass.
import { PITCH, rowAt, scaleAt } from "./camera.ts";
import { drawSprite, type Look, type Sprite, STEPS } from "./figure.ts";
import type { Figure, Scene } from "./play.ts";
import { black, blendMask, type Mask, type Surface, white } from "./surface.ts";

/** Figures are drawn this tall, metres: a little larger than life, to be seen on a small screen. */
const TALL_M = 2.15;
/** Metres of a whole running step (left and right). */
const STRIDE_M = 2.6;
/** Slower than this, metres a second, a player stands. */
const STANDING_SPEED = 0.7;
/** Sizes are rounded to this many pixels, so that sprites are shared. */
const SIZE_STEP = 3;
/** Sprites kept: kits × poses × directions × sizes of one ladder. */
const SPRITES_LIMIT = 2_048;

/** The sprites of one picture size. */
export class Players {
  readonly #scale: number;
  readonly #sprites = new Map<string, Sprite>();
  readonly #discs = new Map<string, Mask>();

  /** `scale`: the picture's height over 720. */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** Draws everybody, those farther away first, and the ball where it belongs among them. */
  draw(surface: Surface, scene: Scene, left: number): void {
    const order = [...scene.figures].sort((a, b) => b.z - a.z);
    let ballDrawn = false;
    for (const figure of order) {
      if (!ballDrawn && figure.z < scene.ball.z) {
        this.#drawBall(surface, scene.ball, left);
        ballDrawn = true;
      }
      this.#drawFigure(surface, figure, left);
    }
    if (!ballDrawn) this.#drawBall(surface, scene.ball, left);
  }

  #drawFigure(surface: Surface, figure: Figure, left: number): void {
    const scale = scaleAt(figure.z) * this.#scale;
    const x = this.#column(figure) - left;
    const y = rowAt(figure.z) * this.#scale;
    this.#drawShadow(surface, { x: x + scale * 0.35, y }, scale * 0.62, 0.34);
    const height = SIZE_STEP * Math.round((TALL_M * scale) / SIZE_STEP) || SIZE_STEP;
    const moving = figure.speed > STANDING_SPEED;
    // The leg's phase follows the way made, so that feet do not slide; everyone starts elsewhere.
    const way = (figure.x + figure.z + figure.number * 0.37) / STRIDE_M;
    const pose = moving ? Math.floor((way - Math.floor(way)) * STEPS) : STEPS;
    const sprite = this.#sprite({ kit: figure.kit, pose, height, right: figure.speedX >= 0 });
    blendSprite(surface, sprite, x - sprite.width / 2, y - sprite.height);
  }

  #drawBall(surface: Surface, ball: Scene["ball"], left: number): void {
    const scale = scaleAt(ball.z) * this.#scale;
    const x = this.#column(ball) - left;
    const y = rowAt(ball.z) * this.#scale;
    const radius = Math.max(1.6, scale * 0.2);
    this.#drawShadow(surface, { x: x + ball.up * scale * 0.4, y }, radius * 1.1, 0.4);
    const centre = y - radius - ball.up * scale;
    blendMask(surface, this.#disc(radius + 0.8, 1), {
      x: x - radius - 0.8,
      y: centre - radius - 0.8,
      colour: black,
      strength: 0.5,
    });
    blendMask(surface, this.#disc(radius, 1), { x: x - radius, y: centre - radius, colour: white });
  }

  #drawShadow(
    surface: Surface,
    at: { x: number; y: number },
    radius: number,
    strength: number,
  ): void {
    const mask = this.#disc(radius, 0.36);
    blendMask(surface, mask, {
      x: at.x - radius,
      y: at.y - mask.height / 2,
      colour: black,
      strength,
    });
  }

  #column(place: { x: number; z: number }): number {
    const z = Math.min(PITCH.width + 8, place.z);
    return (1280 + place.x * scaleAt(z)) * this.#scale;
  }

  #sprite(look: Look): Sprite {
    const key = `${look.kit} ${look.pose} ${look.height} ${look.right}`;
    const known = this.#sprites.get(key);
    if (known) return known;
    const sprite = drawSprite(look);
    if (this.#sprites.size < SPRITES_LIMIT) this.#sprites.set(key, sprite);
    return sprite;
  }

  #disc(radius: number, flat: number): Mask {
    const rounded = Math.max(0.5, Math.round(radius * 2) / 2);
    const key = `${rounded} ${flat}`;
    const known = this.#discs.get(key);
    if (known) return known;
    const mask = disc(rounded, flat);
    if (this.#discs.size < SPRITES_LIMIT) this.#discs.set(key, mask);
    return mask;
  }
}

function blendSprite(surface: Surface, sprite: Sprite, left: number, top: number): void {
  const { bytes, width, height } = surface;
  const x0 = Math.round(left);
  const y0 = Math.round(top);
  const uAt = width * height;
  const vAt = uAt + uAt / 4;
  const first = Math.max(0, -x0);
  const last = Math.min(sprite.width, width - x0);
  for (let row = Math.max(0, -y0); row < sprite.height && y0 + row < height; row++) {
    const y = y0 + row;
    for (let column = first; column < last; column++) {
      const at = row * sprite.width + column;
      const alpha = (sprite.alpha[at] as number) / 255;
      if (alpha === 0) continue;
      const x = x0 + column;
      const luma = bytes[y * width + x] as number;
      bytes[y * width + x] = luma + ((sprite.y[at] as number) - luma) * alpha;
      if (((x | y) & 1) !== 0) continue;
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      const u = bytes[uAt + chroma] as number;
      const v = bytes[vAt + chroma] as number;
      bytes[uAt + chroma] = u + ((sprite.u[at] as number) - u) * alpha;
      bytes[vAt + chroma] = v + ((sprite.v[at] as number) - v) * alpha;
    }
  }
}

/** A disc, or with `flat` below 1 an ellipse that lies on the grass. */
function disc(radius: number, flat: number): Mask {
  const width = Math.max(1, Math.ceil(2 * radius));
  const height = Math.max(1, Math.ceil(2 * radius * flat));
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < alpha.length; at++) {
    const x = (at % width) + 0.5 - width / 2;
    const y = (Math.floor(at / width) + 0.5 - height / 2) / flat;
    alpha[at] = 255 * Math.min(1, Math.max(0, radius - Math.hypot(x, y) + 0.5));
  }
  return { width, height, alpha };
}
