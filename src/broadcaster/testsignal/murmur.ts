// The test sound: the murmur of a crowd, and a beep with every flash.
import { noise } from "./surface.ts";

/** Sound throughout this room: 48 kHz, two channels interleaved, signed 16 bit. */
export const SAMPLE_RATE = 48_000;
export const CHANNELS = 2;

/** The beep on every full second. */
const BEEP_HZ = 1_000;
const BEEP_SAMPLES = (SAMPLE_RATE * 40) / 1000;
const BEEP_LEVEL = 0.35;
/** It swells and fades over this many samples, so that it does not click. */
const BEEP_RAMP = 96;

/** Length of the murmur before it repeats, samples; its end is faded into its beginning. */
const LOOP = SAMPLE_RATE * 8;
const FADE = SAMPLE_RATE;
const MURMUR_LEVEL = 0.05;

/** Makes the test sound at any place of the timeline. A pure function of the sample's number since the epoch. */
export class TestSound {
  readonly #murmur = murmur();

  /** Fills `out` (interleaved) with the sound from sample `first` on. */
  render(out: Int16Array, first: number): void {
    for (let index = 0; index * CHANNELS < out.length; index++) {
      const at = ((first + index) % LOOP) * CHANNELS;
      const beep = beepAt((first + index) % SAMPLE_RATE);
      for (let channel = 0; channel < CHANNELS; channel++) {
        out[index * CHANNELS + channel] = (this.#murmur[at + channel] as number) + beep;
      }
    }
  }
}

function beepAt(sample: number): number {
  if (sample >= BEEP_SAMPLES) return 0;
  const ramp = Math.min(1, sample / BEEP_RAMP, (BEEP_SAMPLES - sample) / BEEP_RAMP);
  return Math.round(
    32_767 * BEEP_LEVEL * ramp * Math.sin((2 * Math.PI * BEEP_HZ * sample) / SAMPLE_RATE),
  );
}

/** Noise through two low passes and a high pass, swelling slowly: many voices far away. */
function murmur(): Int16Array {
  const long = new Float32Array((LOOP + FADE) * CHANNELS);
  for (let channel = 0; channel < CHANNELS; channel++) {
    let [slow, voice, rumble] = [0, 0, 0];
    for (let index = 0; index < LOOP + FADE; index++) {
      const raw = noise(index, channel + 1) * 2 - 1;
      slow += (raw - slow) * 0.09;
      voice += (slow - voice) * 0.12;
      rumble += (voice - rumble) * 0.012;
      const swell = 0.75 + 0.25 * Math.sin((2 * Math.PI * index) / (LOOP / 3) + channel);
      long[index * CHANNELS + channel] = (voice - rumble) * swell * 9;
    }
  }
  const loop = new Int16Array(LOOP * CHANNELS);
  for (let at = 0; at < loop.length; at++) {
    const fade = Math.min(1, Math.floor(at / CHANNELS) / FADE);
    const tail = at + LOOP * CHANNELS < long.length ? (long[at + LOOP * CHANNELS] as number) : 0;
    const value = (long[at] as number) * fade + tail * (1 - fade);
    loop[at] = Math.round(Math.max(-1, Math.min(1, value)) * 32_767 * MURMUR_LEVEL);
  }
  return loop;
}
