// What the page knows: the latest picture, the points of the plots, and whether the room still speaks.
import { HISTORY_POINTS_LIMIT } from "../limits.ts";
import type { Picture, Point } from "../picture.ts";
import { now } from "./clock.ts";

/** The room is called silent when no picture came for this long, ms. */
const SILENCE_MS = 3_500;

export class Live {
  picture = $state.raw<Picture | null>(null);
  points = $state.raw<readonly Point[]>([]);
  #heardAt = $state(now());
  #source: EventSource | null = null;

  /** Since when the room has said nothing, ms; null while it speaks. */
  silentFor(at: number): number | null {
    const silent = at - this.#heardAt;
    return silent > SILENCE_MS ? silent : null;
  }

  /** Listens until the returned function is called. The browser comes back by itself after a break. */
  listen(): () => void {
    void this.#loadHistory();
    this.#source = new EventSource("live");
    this.#source.addEventListener("message", (event) =>
      this.#take(JSON.parse(String(event.data)) as Picture),
    );
    return () => this.#source?.close();
  }

  #take(picture: Picture): void {
    this.#heardAt = now();
    const last = this.points.at(-1);
    // After a break the room has points that this page has not.
    if (last && picture.at - last.at > SILENCE_MS) void this.#loadHistory();
    this.picture = picture;
    if (!last || picture.point.at > last.at)
      this.points = [...this.points, picture.point].slice(-HISTORY_POINTS_LIMIT);
  }

  async #loadHistory(): Promise<void> {
    try {
      const answer = await fetch("history");
      const { points } = (await answer.json()) as { points: Point[] };
      const newest = points.at(-1)?.at ?? 0;
      this.points = [...points, ...this.points.filter(({ at }) => at > newest)].slice(
        -HISTORY_POINTS_LIMIT,
      );
    } catch {
      // The room is away: the points it had come with the next picture that arrives after a break.
    }
  }
}
