// The panorama: grass with its mowing stripes and lines, hoardings, and the stands. Painted once.
import {
  columnAt,
  PANORAMA_WIDTH,
  PITCH,
  type Place,
  placeAt,
  rowAt,
  rowsPerMetre,
  scaleAt,
  VIEW,
} from "./camera.ts";
import { paintStands } from "./stands.ts";
import {
  blendMask,
  type Colour,
  createSurface,
  type Mask,
  noise,
  rgb,
  type Surface,
  white,
} from "./surface.ts";

/** Metres between two mowing stripes. */
const STRIPE_M = 5.25;
/** Width of the lines, metres (Laws of the Game, 1.2: at most 0.12). */
const LINE_M = 0.12;
/** The thinnest line drawn, pixels: thinner ones flicker when the picture is scaled down. */
const THINNEST_LINE = 1.5;

const lightGrass = rgb(72, 140, 62);
const darkGrass = rgb(56, 122, 50);
const apron = rgb(44, 92, 46);

/** Paints the panorama for pictures of a height. */
export function paintPanorama(height: number): Surface {
  const scale = height / VIEW.height;
  const width = 2 * Math.round((PANORAMA_WIDTH * scale) / 2);
  const panorama = createSurface(width, height);
  paintGrass(panorama, scale);
  paintStands(panorama, scale);
  paintGoal(panorama, scale, -1);
  paintGoal(panorama, scale, 1);
  return panorama;
}

function paintGrass(panorama: Surface, scale: number): void {
  const { width, height, bytes } = panorama;
  const half = width >> 1;
  const uAt = width * height;
  const vAt = uAt + half * (height >> 1);
  const first = Math.floor(rowAt(PITCH.width + 7) * scale);
  for (let y = first; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = placeAt((x + 0.5) / scale, (y + 0.5) / scale);
      const grass = grassAt(place);
      const grain = (noise(x, y) - 0.5) * 7 - place.z * 0.1;
      const line = lineCover(place, scale);
      const luma = grass.y + grain;
      bytes[y * width + x] = luma + (white.y - 12 - luma) * line;
      if (((x | y) & 1) !== 0) continue;
      const at = (y >> 1) * half + (x >> 1);
      bytes[uAt + at] = grass.u + (128 - grass.u) * line;
      bytes[vAt + at] = grass.v + (128 - grass.v) * line;
    }
  }
}

function grassAt(place: Place): Colour {
  const outside = Math.abs(place.x) > PITCH.length / 2 + 4 || place.z > PITCH.width + 4;
  if (outside) return apron;
  const stripe = Math.floor((place.x + PITCH.length / 2) / STRIPE_M);
  return (stripe & 1) === 0 ? lightGrass : darkGrass;
}

/** How much of a pixel is white line, 0…1. Every line is a distance; its slope tells how many pixels a metre is there. */
function lineCover(place: Place, scale: number): number {
  const across = scaleAt(place.z) * scale;
  const along = rowsPerMetre(place.z) * scale;
  const half = PITCH.length / 2;
  const inside = Math.abs(place.x) <= half + 0.1 && place.z >= -0.1 && place.z <= PITCH.width + 0.1;
  if (!inside) return 0;
  let cover = 0;
  const draw = (metres: number, pixelsPerMetre: number): void => {
    const thickness = Math.max(LINE_M * pixelsPerMetre, THINNEST_LINE * Math.min(1, scale + 0.2));
    cover = Math.max(cover, Math.min(1, thickness / 2 - Math.abs(metres) * pixelsPerMetre + 0.5));
  };
  const ring = (x: number, z: number, radius: number): void => {
    const dx = place.x - x;
    const dz = place.z - z;
    const far = Math.hypot(dx, dz) || 1;
    draw(far - radius, 1 / Math.hypot(dx / far / across, dz / far / along));
  };
  const x = Math.abs(place.x);
  const middle = PITCH.width / 2;
  const off = Math.abs(place.z - middle);
  const box = (halfWidth: number, depth: number): void => {
    if (off <= halfWidth) draw(half - depth - x, across);
    if (x >= half - depth) draw(off - halfWidth, along);
  };
  draw(place.z, along);
  draw(place.z - PITCH.width, along);
  draw(half - x, across);
  draw(place.x, across);
  ring(0, middle, 9.15);
  ring(0, middle, 0.15);
  box(20.16, 16.5);
  box(9.16, 5.5);
  ring(Math.sign(place.x) * (half - 11), middle, 0.15);
  if (x < half - 16.5) ring(Math.sign(place.x) * (half - 11), middle, 9.15);
  return Math.max(0, cover);
}

/** Posts, bar and net of one goal, seen a little from above. */
function paintGoal(panorama: Surface, scale: number, side: -1 | 1): void {
  const goalLine = (side * PITCH.length) / 2;
  const post = (z: number, behind: number, up: number): { x: number; y: number } => ({
    x: columnAt({ x: goalLine + side * behind, z }) * scale,
    y: (rowAt(z) - up * scaleAt(z)) * scale,
  });
  const [near, far] = [PITCH.width / 2 - 3.66, PITCH.width / 2 + 3.66];
  const stroke = (
    a: { x: number; y: number },
    b: { x: number; y: number },
    width: number,
    strength: number,
  ): void => {
    const steps = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) * 2);
    const dot: Mask = { width, height: width, alpha: new Uint8Array(width * width).fill(255) };
    for (let step = 0; step <= steps; step++) {
      const t = step / steps;
      blendMask(panorama, dot, {
        x: a.x + (b.x - a.x) * t,
        y: a.y + (b.y - a.y) * t,
        colour: white,
        strength,
      });
    }
  };
  for (let line = 0; line <= 12; line++) {
    const z = near + ((far - near) * line) / 12;
    stroke(post(z, 0, 2.44), post(z, 1.9, 0), 1, 0.16);
  }
  for (let line = 1; line < 6; line++) {
    const share = line / 6;
    stroke(
      post(near, 1.9 * share, 2.44 * (1 - share)),
      post(far, 1.9 * share, 2.44 * (1 - share)),
      1,
      0.16,
    );
  }
  const thick = Math.max(1, Math.round(3 * scale));
  stroke(post(far, 0, 0), post(far, 0, 2.44), thick, 1);
  stroke(post(near, 0, 2.44), post(far, 0, 2.44), thick, 1);
  stroke(post(near, 0, 0), post(near, 0, 2.44), thick, 1);
}
