// A picture in planar YUV 4:2:0 and the few strokes that are drawn on it. Colours are BT.709, studio range.

/** One colour as it stands in the planes. */
export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** Planes Y, U and V in one buffer, without padding. Width and height are even. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/** Where and how big. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How much of each pixel something covers, 0…255, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array;
}

/** Bytes of a yuv420p picture. */
export const pictureBytes = (width: number, height: number): number => (width * height * 3) / 2;

/** A black surface. */
export function createSurface(width: number, height: number): Surface {
  const surface = { width, height, bytes: Buffer.alloc(pictureBytes(width, height), 128) };
  surface.bytes.fill(16, 0, width * height);
  return surface;
}

/** A colour from red, green and blue, each 0…255 (Rec. ITU-R BT.709-6, 3 and 4). */
export function rgb(red: number, green: number, blue: number): Colour {
  const luma = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  return {
    y: Math.round(16 + 219 * luma),
    u: Math.round(128 + (224 * (blue / 255 - luma)) / 1.8556),
    v: Math.round(128 + (224 * (red / 255 - luma)) / 1.5748),
  };
}

export const white: Colour = rgb(255, 255, 255);
export const black: Colour = rgb(0, 0, 0);

/** Fills a rectangle, cut to the surface; edges are rounded to whole pixels, chroma to whole pairs. */
export function fillRect(surface: Surface, rect: Rect, colour: Colour): void {
  const left = Math.max(0, Math.round(rect.x));
  const top = Math.max(0, Math.round(rect.y));
  const right = Math.min(surface.width, Math.round(rect.x + rect.width));
  const bottom = Math.min(surface.height, Math.round(rect.y + rect.height));
  if (right <= left || bottom <= top) return;
  const { bytes, width } = surface;
  for (let y = top; y < bottom; y++) bytes.fill(colour.y, y * width + left, y * width + right);
  const half = width >> 1;
  const from = left >> 1;
  const to = (right + 1) >> 1;
  for (let y = top >> 1; y < (bottom + 1) >> 1; y++) {
    const u = width * surface.height + y * half;
    const v = u + half * (surface.height >> 1);
    bytes.fill(colour.u, u + from, u + to);
    bytes.fill(colour.v, v + from, v + to);
  }
}

/** Lays a colour over the surface where the mask covers it. `strength` 0…1 makes it translucent. */
export function blendMask(
  surface: Surface,
  mask: Mask,
  options: { x: number; y: number; colour: Colour; strength?: number },
): void {
  const { bytes, width, height } = surface;
  const x0 = Math.round(options.x);
  const y0 = Math.round(options.y);
  const strength = (options.strength ?? 1) / 255;
  const { colour } = options;
  const half = width >> 1;
  const uAt = width * height;
  const vAt = uAt + half * (height >> 1);
  for (let row = 0; row < mask.height; row++) {
    const y = y0 + row;
    if (y < 0 || y >= height) continue;
    for (let column = 0; column < mask.width; column++) {
      const x = x0 + column;
      const alpha = (mask.alpha[row * mask.width + column] as number) * strength;
      if (alpha === 0 || x < 0 || x >= width) continue;
      const at = y * width + x;
      const luma = bytes[at] as number;
      bytes[at] = luma + (colour.y - luma) * alpha;
      if (((x | y) & 1) !== 0) continue;
      const chroma = (y >> 1) * half + (x >> 1);
      const u = bytes[uAt + chroma] as number;
      const v = bytes[vAt + chroma] as number;
      bytes[uAt + chroma] = u + (colour.u - u) * alpha;
      bytes[vAt + chroma] = v + (colour.v - v) * alpha;
    }
  }
}

/** Copies a window of a wider surface of the same height: the camera's view of a panorama. `left` is even. */
export function copyWindow(from: Surface, to: Surface, left: number): void {
  const { width, height } = to;
  for (let y = 0; y < height; y++) {
    const at = y * from.width + left;
    from.bytes.copy(to.bytes, y * width, at, at + width);
  }
  const half = width >> 1;
  const wide = from.width >> 1;
  let target = width * height;
  let source = from.width * height + (left >> 1);
  // U and V follow one another in both surfaces, row after row.
  for (let row = 0; row < height; row++) {
    from.bytes.copy(to.bytes, target, source, source + half);
    target += half;
    source += wide;
  }
}

/** A repeatable number in [0, 1) for a place: texture without stored randomness. */
export function noise(a: number, b: number): number {
  let hash = (Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
