// When a beep sounds, in true time: the page's sound, taken through Web Audio and searched for 1 kHz.
import type { Page } from "playwright-core";
import type { Truth } from "../../test/support/falseClock.ts";

/** One beep, begun. */
export interface Beep {
  /** When its first millisecond left the media element, true UTC ms. */
  readonly at: number;
  /** The same when it reached the output device, by the browser's word. */
  readonly heardAt: number;
  readonly rate: number;
}

interface OutputTimestamp {
  contextTime: number;
  performanceTime: number;
}
interface AudioGraph {
  readonly baseLatency: number;
  readonly outputLatency: number;
  readonly destination: object;
  readonly audioWorklet: { addModule(url: string): Promise<void> };
  createMediaElementSource(video: object): { connect(to: object): { connect(to: object): void } };
  getOutputTimestamp(): OutputTimestamp;
  resume(): Promise<void>;
}
interface SoundPage extends Record<string, unknown> {
  AudioContext: new (options: { sampleRate: number }) => AudioGraph;
  AudioWorkletNode: new (
    graph: AudioGraph,
    name: string,
  ) => {
    port: {
      addEventListener(type: "message", hear: (event: { data: number }) => void): void;
      start(): void;
    };
  };
  document: { querySelector(what: "video"): { muted: boolean; playbackRate: number } };
}

/**
 * The worklet's text: the amplitude of 1 kHz in each millisecond (a whole turn of it, 48 samples), told when it rises
 * out of half a second without.
 */
const WORKLET = `
const TURN = 48, LOUD = 0.12, QUIET_TURNS = 500;
const [cosine, sine] = [Math.cos, Math.sin].map((of) =>
  Float32Array.from({ length: TURN }, (_, at) => of((2 * Math.PI * at) / TURN)));
registerProcessor("beeps", class extends AudioWorkletProcessor {
  turn = new Float32Array(TURN);
  filled = 0;
  quiet = 0;
  process([[left] = []], [output = []]) {
    for (const channel of output) if (left) channel.set(left);
    for (let at = 0; left && at < left.length; at += 1) {
      this.turn[this.filled++] = left[at];
      if (this.filled < TURN) continue;
      this.filled = 0;
      let [i, q] = [0, 0];
      for (let of = 0; of < TURN; of += 1) { i += this.turn[of] * cosine[of]; q += this.turn[of] * sine[of]; }
      const loud = (2 * Math.hypot(i, q)) / TURN > LOUD;
      if (loud && this.quiet > QUIET_TURNS) this.port.postMessage((currentFrame + at + 1 - TURN) / sampleRate);
      this.quiet = loud ? 0 : this.quiet + 1;
    }
    return true;
  }
});`;

/** Runs in the page. */
async function listen({ key, worklet }: { key: string; worklet: string }): Promise<void> {
  const page = globalThis as unknown as SoundPage;
  const truth = page[key] as Truth;
  const video = page.document.querySelector("video");
  const beeps: Beep[] = [];
  const graph = new page.AudioContext({ sampleRate: 48_000 });
  await graph.audioWorklet.addModule(
    URL.createObjectURL(new Blob([worklet], { type: "text/javascript" })),
  );
  const node = new page.AudioWorkletNode(graph, "beeps");
  node.port.addEventListener("message", ({ data: contextTime }) => {
    const now = graph.getOutputTimestamp();
    const output = truth.trueOf(now.performanceTime) + (contextTime - now.contextTime) * 1_000;
    const heardAt = truth.utcAt(output);
    const at = heardAt - (graph.baseLatency + graph.outputLatency) * 1_000;
    beeps.push({ at, heardAt, rate: video.playbackRate });
  });
  node.port.start();
  graph.createMediaElementSource(video).connect(node).connect(graph.destination);
  video.muted = false;
  await graph.resume();
  Object.defineProperty(page, `${key}-beeps`, { value: () => beeps.splice(0) });
}

/** Leads the sound of the page's video through a graph that listens for beeps. */
export const beginListening = (page: Page, key: string): Promise<void> =>
  page.evaluate(listen, { key, worklet: WORKLET });

/** The beeps since the last call. */
export const takeBeeps = (page: Page, key: string): Promise<Beep[]> =>
  page.evaluate(
    (name) => (globalThis as unknown as Record<string, () => Beep[]>)[name]?.() ?? [],
    `${key}-beeps`,
  );
