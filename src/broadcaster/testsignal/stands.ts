// The stands behind the far touchline: roof, two tiers of people, the ribbon between them, and the hoardings.
import { PANORAMA_WIDTH } from "./camera.ts";
import { drawText, textWidth } from "./font.ts";
import { type Colour, fillRect, noise, rgb, type Surface } from "./surface.ts";

/** One band of the stands, in lines of a picture 720 high. */
interface Tier {
  readonly top: number;
  readonly bottom: number;
  /** Brightness of its top and bottom rows: the roof throws a shadow. */
  readonly light: readonly [top: number, bottom: number];
}

const tiers: readonly Tier[] = [
  { top: 24, bottom: 92, light: [0.34, 0.62] },
  { top: 106, bottom: 182, light: [0.6, 1] },
];
const HOARDING = { top: 184, bottom: 212 } as const;

const slogans = [
  "REGISTA",
  "LIVE FROM THE CAMERA",
  "CMAF 320 MS",
  "LL-DASH + LL-HLS",
  "ON THE EPOCH GRID",
];
const boards: readonly (readonly [ground: Colour, letters: Colour])[] = [
  [rgb(14, 30, 66), rgb(240, 244, 255)],
  [rgb(206, 34, 48), rgb(255, 246, 240)],
  [rgb(240, 242, 246), rgb(16, 38, 88)],
  [rgb(10, 96, 92), rgb(236, 255, 250)],
];

const home = [rgb(186, 28, 40), rgb(160, 20, 34), rgb(214, 60, 60)];
const away = [rgb(36, 74, 168), rgb(24, 52, 128), rgb(86, 128, 214)];
const others = [
  rgb(228, 228, 224),
  rgb(60, 62, 70),
  rgb(112, 104, 98),
  rgb(34, 36, 44),
  rgb(196, 160, 70),
];
const skins = [rgb(232, 190, 160), rgb(206, 156, 122), rgb(140, 96, 70), rgb(96, 64, 48)];

/** Paints everything above the grass. */
export function paintStands(panorama: Surface, scale: number): void {
  const whole = (top: number, bottom: number, colour: Colour): void =>
    fillRect(
      panorama,
      { x: 0, y: top * scale, width: panorama.width, height: (bottom - top) * scale },
      colour,
    );
  whole(0, HOARDING.top, rgb(16, 17, 24));
  paintRoof(panorama, scale);
  for (const tier of tiers) paintPeople(panorama, scale, tier);
  whole(93, 105, rgb(8, 12, 30));
  for (let x = 30; x < PANORAMA_WIDTH; x += 330) {
    drawText(panorama, "REGISTA", {
      x: x * scale,
      y: 95 * scale,
      height: 8 * scale,
      colour: rgb(120, 200, 255),
    });
  }
  paintHoardings(panorama, scale);
}

function paintRoof(panorama: Surface, scale: number): void {
  fillRect(panorama, { x: 0, y: 0, width: panorama.width, height: 16 * scale }, rgb(34, 38, 50));
  for (let x = 20; x < PANORAMA_WIDTH; x += 64) {
    fillRect(
      panorama,
      { x: x * scale, y: 17 * scale, width: 26 * scale, height: 4 * scale },
      rgb(250, 252, 255),
    );
    fillRect(
      panorama,
      { x: (x - 18) * scale, y: 0, width: 3 * scale, height: 22 * scale },
      rgb(52, 58, 74),
    );
  }
}

/** Rows of people: a shirt and a head each, home colours in the middle, away fans in one corner. */
function paintPeople(panorama: Surface, scale: number, tier: Tier): void {
  const [stepX, stepY] = [7, 7.5];
  const rows = Math.floor((tier.bottom - tier.top) / stepY);
  for (let row = 0; row < rows; row++) {
    const y = tier.top + row * stepY;
    const light = tier.light[0] + ((tier.light[1] - tier.light[0]) * row) / rows;
    for (let seat = 0; seat * stepX < PANORAMA_WIDTH; seat++) {
      const stairs = seat % 34 === 0;
      const dice = noise(seat + tier.top * 977, row);
      if (stairs || dice < 0.05) continue;
      const x = seat * stepX + (row & 1) * 3.5 + (dice - 0.5) * 2;
      const fans = seat * stepX > PANORAMA_WIDTH * 0.78 ? away : home;
      const pick = noise(row + 31, seat + 7);
      const shirt = pick < 0.52 ? one(fans, pick / 0.52) : one(others, (pick - 0.52) / 0.48);
      const skin = one(skins, dice);
      fillRect(
        panorama,
        { x: x * scale, y: (y + 2.6) * scale, width: 5 * scale, height: 5 * scale },
        dim(shirt, light),
      );
      fillRect(
        panorama,
        { x: (x + 1) * scale, y: y * scale, width: 3 * scale, height: 3 * scale },
        dim(skin, light),
      );
    }
  }
}

function paintHoardings(panorama: Surface, scale: number): void {
  const height = HOARDING.bottom - HOARDING.top;
  let x = 0;
  for (let board = 0; x < PANORAMA_WIDTH; board++) {
    const slogan = slogans[board % slogans.length] as string;
    const [ground, letters] = boards[board % boards.length] as (typeof boards)[number];
    const width = textWidth(slogan, 14) + 56;
    const rect = {
      x: x * scale,
      y: HOARDING.top * scale,
      width: (width - 2) * scale,
      height: height * scale,
    };
    fillRect(panorama, rect, ground);
    drawText(panorama, slogan, {
      x: (x + 30) * scale,
      y: (HOARDING.top + 7) * scale,
      height: 14 * scale,
      colour: letters,
    });
    x += width;
  }
}

function one(colours: readonly Colour[], share: number): Colour {
  return colours[Math.min(colours.length - 1, Math.floor(share * colours.length))] as Colour;
}

function dim(colour: Colour, light: number): Colour {
  return {
    y: 16 + (colour.y - 16) * light,
    u: 128 + (colour.u - 128) * light,
    v: 128 + (colour.v - 128) * light,
  };
}
