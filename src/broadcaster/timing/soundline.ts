// The sound of a source, read at the place that its picture names. Small errors are pulled in by resampling, large ones
// are jumped over with a short fade; what is missing is silence.
import {
  RESAMPLING_LIMIT,
  SOUND_ERROR_LIMIT_MS,
  SOUND_FADE_SAMPLES,
  SOUND_KEPT_LIMIT_MS,
} from "../limits.ts";
import { CHANNELS, SAMPLE_RATE } from "../testsignal/murmur.ts";

const KEPT = (SOUND_KEPT_LIMIT_MS * SAMPLE_RATE) / 1000;
const ERROR_LIMIT = (SOUND_ERROR_LIMIT_MS * SAMPLE_RATE) / 1000;

/** A ring of the latest samples, numbered from 0 at the beginning of the connection. */
export class SoundLine {
  readonly #counters: { soundMoved: number; soundSilence: number };
  readonly #ring = new Int16Array(KEPT * CHANNELS);
  #received = 0;
  /** Where reading stands, in source samples with fractions; null before the first read. */
  #at: number | null = null;

  constructor(counters: { soundMoved: number; soundSilence: number }) {
    this.#counters = counters;
  }

  /** Samples (of every channel) so far. */
  get received(): number {
    return this.#received;
  }

  reset(): void {
    this.#received = 0;
    this.#at = null;
  }

  push(samples: Int16Array): void {
    const count = Math.floor(samples.length / CHANNELS);
    for (let done = 0; done < count;) {
      const place = (this.#received + done) % KEPT;
      const take = Math.min(count - done, KEPT - place);
      this.#ring.set(samples.subarray(done * CHANNELS, (done + take) * CHANNELS), place * CHANNELS);
      done += take;
    }
    this.#received += count;
  }

  silence(out: Int16Array): void {
    out.fill(0);
    this.#counters.soundSilence += out.length / CHANNELS;
  }

  /** Fills `out` so that its first sample is the source's sample `wanted`, or is on the way to being so. */
  read(out: Int16Array, wanted: number): void {
    const count = out.length / CHANNELS;
    const error = this.#at === null ? Infinity : wanted - this.#at;
    if (Math.abs(error) > ERROR_LIMIT) this.#jump(out, wanted);
    else {
      // The error is worked off over one second, within the limit that nobody hears.
      const pull = Math.max(-RESAMPLING_LIMIT, Math.min(RESAMPLING_LIMIT, error / SAMPLE_RATE));
      this.#copy(out, (this.#at as number) + 0, 1 + pull);
      this.#at = (this.#at as number) + count * (1 + pull);
    }
  }

  #jump(out: Int16Array, wanted: number): void {
    const count = out.length / CHANNELS;
    const from = this.#at;
    this.#copy(out, wanted, 1);
    this.#at = wanted + count;
    if (from === null) return;
    this.#counters.soundMoved += Math.round(Math.abs(wanted - from));
    const fade = Math.min(SOUND_FADE_SAMPLES, count);
    for (let index = 0; index < fade; index++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const old = this.#sample(Math.floor(from) + index, channel);
        const at = index * CHANNELS + channel;
        out[at] = Math.round(old + (((out[at] as number) - old) * index) / fade);
      }
    }
  }

  #copy(out: Int16Array, start: number, rate: number): void {
    const count = out.length / CHANNELS;
    for (let index = 0; index < count; index++) {
      const place = start + index * rate;
      const whole = Math.floor(place);
      const share = place - whole;
      if (!this.#has(whole)) this.#counters.soundSilence++;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const a = this.#sample(whole, channel);
        const b = share === 0 ? a : this.#sample(whole + 1, channel);
        out[index * CHANNELS + channel] = Math.round(a + (b - a) * share);
      }
    }
  }

  #has(sample: number): boolean {
    return sample >= 0 && sample < this.#received && sample >= this.#received - KEPT;
  }

  #sample(sample: number, channel: number): number {
    return this.#has(sample) ? (this.#ring[(sample % KEPT) * CHANNELS + channel] as number) : 0;
  }
}
