// The slate: shown while a source gives nothing, so that the channel lives and says why.
import type { UtcMs } from "#base";
import { drawText, textWidth } from "./font.ts";
import { drawBarcode, drawClock } from "./overlay.ts";
import type { PictureTime } from "./picture.ts";
import { type Colour, createSurface, fillRect, rgb, type Surface, white } from "./surface.ts";

/** What the slate says, beside the clock. Capitals and digits; other letters stay blank. */
export interface SlateWords {
  readonly title: string;
  readonly detail: string;
}

/** Letters of the detail that fit on the picture. */
const DETAIL_LIMIT = 56;

const bars = [
  rgb(180, 180, 180),
  rgb(180, 180, 16),
  rgb(16, 180, 180),
  rgb(16, 180, 16),
  rgb(180, 16, 180),
  rgb(180, 16, 16),
  rgb(16, 16, 180),
];
const ground = rgb(12, 16, 30);
const grey = rgb(150, 162, 186);

/** Paints slates of one size. */
export class Slate {
  readonly #scale: number;
  readonly #base: Surface;
  #words: SlateWords = { title: "", detail: "" };

  constructor(width: number, height: number) {
    this.#scale = height / 720;
    this.#base = createSurface(width, height);
  }

  /** Paints every pixel of `surface`. It carries clock and barcode too: the slate is a picture of its instant. */
  paint(surface: Surface, words: SlateWords, time: PictureTime): void {
    if (words.title !== this.#words.title || words.detail !== this.#words.detail)
      this.#paintBase(words);
    this.#base.bytes.copy(surface.bytes);
    this.#paintHand(surface, time.instant);
    drawClock(surface, time.made);
    drawBarcode(surface, time.made);
  }

  #paintBase(words: SlateWords): void {
    const { width, height } = this.#base;
    const scale = this.#scale;
    fillRect(this.#base, { x: 0, y: 0, width, height }, ground);
    bars.forEach((colour, index) =>
      fillRect(
        this.#base,
        { x: (index * width) / 7, y: 0, width: width / 7 + 1, height: 150 * scale },
        colour,
      ),
    );
    this.#centre(words.title.toUpperCase(), { y: 280, height: 84, colour: white });
    this.#centre(words.detail.toUpperCase().slice(0, DETAIL_LIMIT), {
      y: 420,
      height: 24,
      colour: grey,
    });
    this.#words = words;
  }

  #centre(text: string, style: { y: number; height: number; colour: Colour }): void {
    const height = style.height * this.#scale;
    const x = (this.#base.width - textWidth(text, height)) / 2;
    drawText(this.#base, text, { x, y: style.y * this.#scale, height, colour: style.colour });
  }

  /** A mark that walks along a line once a second: whoever looks sees that the channel is alive. */
  #paintHand(surface: Surface, instant: UtcMs): void {
    const share = (instant % 1000) / 1000;
    const scale = this.#scale;
    fillRect(
      surface,
      { x: 320 * scale, y: 520 * scale, width: 640 * scale, height: 6 * scale },
      rgb(40, 48, 72),
    );
    fillRect(
      surface,
      { x: (320 + 600 * share) * scale, y: 516 * scale, width: 40 * scale, height: 14 * scale },
      white,
    );
  }
}
