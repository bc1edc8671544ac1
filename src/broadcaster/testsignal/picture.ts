// The test picture: a match under floodlights with the truth about time on it.
import type { UtcMs } from "#base";
import { PANORAMA_WIDTH, PITCH, scaleAt, VIEW } from "./camera.ts";
import { drawBarcode, drawClock, drawFlash, drawScoreboard } from "./overlay.ts";
import { paintPanorama } from "./pitch.ts";
import { sceneAt } from "./play.ts";
import { Players } from "./players.ts";
import { copyWindow, type Surface } from "./surface.ts";

/** The two instants of a picture: its place on the grid, and the wall clock read while it is made. */
export interface PictureTime {
  readonly instant: UtcMs;
  readonly made: UtcMs;
}

/** Paints test pictures of one size, 16:9. What never changes is painted once, at construction. */
export class TestPicture {
  readonly #panorama: Surface;
  readonly #players: Players;
  readonly #scale: number;

  constructor(height: number) {
    this.#scale = height / VIEW.height;
    this.#panorama = paintPanorama(height);
    this.#players = new Players(this.#scale);
  }

  /** Paints every pixel of `surface`. */
  paint(surface: Surface, time: PictureTime): void {
    // Seconds of the day keep the fractions fine; the match goes on over midnight with one cut.
    const scene = sceneAt((time.instant % 86_400_000) / 1000);
    const pan = scene.focus * scaleAt(PITCH.width / 2);
    const wanted = (PANORAMA_WIDTH / 2 + pan) * this.#scale - surface.width / 2;
    const most = this.#panorama.width - surface.width;
    const left = 2 * Math.round(Math.min(most, Math.max(0, wanted)) / 2);
    copyWindow(this.#panorama, surface, left);
    this.#players.draw(surface, scene, left);
    drawScoreboard(surface, time.instant);
    drawFlash(surface, time.instant);
    drawClock(surface, time.made);
    drawBarcode(surface, time.made);
  }
}
