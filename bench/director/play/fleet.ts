// What edges, ports and interconnects really carry: summed up here, whatever a director believes.
import type { Path } from "../../../src/director/paths/path.ts";

/** What one resource carries, and has carried since it was read last. */
class Gauge {
  readonly id: string;
  mbps = 0;
  #sum = 0;
  #at = 0;
  #readAt = 0;

  constructor(id: string) {
    this.id = id;
  }

  add(mbps: number, now: number): void {
    this.#sum += this.mbps * (now - this.#at);
    this.#at = now;
    this.mbps += mbps;
  }

  /** The mean since the last reading, Mb/s. */
  read(now: number): number {
    this.add(0, now);
    const mean = now > this.#readAt ? this.#sum / (now - this.#readAt) : this.mbps;
    this.#sum = 0;
    this.#readAt = now;
    return mean;
  }
}

export class Fleet {
  readonly #gauges = new Map<string, Gauge>();
  readonly #ofPaths = new WeakMap<Path, readonly Gauge[]>();
  readonly #sessionMbps: number;

  /** `sessionMbps`: what each viewer draws. */
  constructor(sessionMbps: number) {
    this.#sessionMbps = sessionMbps;
  }

  begin(path: Path, now: number): void {
    for (const gauge of this.#along(path)) gauge.add(this.#sessionMbps, now);
  }

  end(path: Path, now: number): void {
    for (const gauge of this.#along(path)) gauge.add(-this.#sessionMbps, now);
  }

  /** What a resource carries now, Mb/s. */
  mbps(id: string): number {
    return this.#gauges.get(id)?.mbps ?? 0;
  }

  /** What it carried on average since it was read last. */
  read(id: string, now: number): number {
    return this.#gauges.get(id)?.read(now) ?? 0;
  }

  /** Everything that ever carried something. */
  ids(): Iterable<string> {
    return this.#gauges.keys();
  }

  #along(path: Path): readonly Gauge[] {
    const known = this.#ofPaths.get(path);
    if (known) return known;
    const gauges = path.over.map((id) => this.#gauge(id));
    this.#ofPaths.set(path, gauges);
    return gauges;
  }

  #gauge(id: string): Gauge {
    const known = this.#gauges.get(id);
    if (known) return known;
    const made = new Gauge(id);
    this.#gauges.set(id, made);
    return made;
  }
}
