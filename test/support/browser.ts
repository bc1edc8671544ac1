// Real Chromium, headless, with tabs that watch a match.
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Closable, ms, Scope } from "#base";
import type { Clock } from "#base/clock";

/** Debian's package; another build by REGISTA_CHROMIUM. */
export const CHROMIUM = process.env["REGISTA_CHROMIUM"] ?? "/usr/bin/chromium";

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--disable-quic"],
  ...["--autoplay-policy=no-user-gesture-required", "--disable-background-timer-throttling"],
  ...["--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows"],
];

/** What the watch page says of itself (`window.regista`). */
export interface ViewerState {
  protocol: string;
  edge: string;
  network: string;
  latencyMs: number | null;
  bufferMs: number;
  rendition: string;
  rate: number;
  stalls: number;
  firstFrameMs: number | null;
  droppedFrames: number;
  clockErrorMs: number | null;
  targetMs: number;
  /** Null while no director has told a target. */
  targetVersion: number | null;
  /** How the viewer stands, in words. */
  sync: string;
  errors: { at: number; sentence: string }[];
}

/** One presented frame, measured twice: off its barcode, and by the page. */
export interface FrameSample {
  g2gBarcodeMs: number | null;
  g2gPageMs: number | null;
  mediaTime: number;
  presentedAt: number;
}

interface RegistaOnPage {
  state(): ViewerState;
  sample(): Promise<FrameSample>;
}

/** A tab that watches. */
export class Viewer {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  state(): Promise<ViewerState> {
    return this.page.evaluate(() =>
      (globalThis as unknown as { regista: RegistaOnPage }).regista.state(),
    );
  }

  /** The next frame that is presented. */
  sample(): Promise<FrameSample> {
    return this.page.evaluate(() =>
      (globalThis as unknown as { regista: RegistaOnPage }).regista.sample(),
    );
  }

  /** Waits until `condition` holds of the state; throws with the last state at the limit. */
  async until(
    what: string,
    condition: (state: ViewerState) => boolean,
    { clock, limitMs }: { clock: Clock; limitMs: number },
  ): Promise<ViewerState> {
    const start = clock.monotonic();
    for (;;) {
      const state = await this.state();
      if (condition(state)) return state;
      if (clock.monotonic() - start > limitMs)
        throw new Error(
          `not within ${limitMs} ms: ${what}; the page says ${JSON.stringify(state)}`,
        );
      await clock.sleep(ms(50));
    }
  }

  /** With sound, as a person at home would have it. */
  async unmute(): Promise<void> {
    await this.page.evaluate(
      "for (const video of document.querySelectorAll('video')) video.muted = false",
    );
  }

  /** Moving pictures: frames that are later in media time each time one is asked for. */
  async playing(clock: Clock, limitMs = 15_000): Promise<ViewerState> {
    return this.until("a first frame", ({ firstFrameMs }) => firstFrameMs !== null, {
      clock,
      limitMs,
    });
  }
}

export interface WatchOptions {
  watchUrl: string;
  protocol: "own" | "dash" | "hls";
  /** The network to watch from, by number; none: straight. */
  network?: number;
}

/** A browser of its own, closed with everything in it. */
export class Theatre implements Closable {
  readonly #browser: Browser;
  readonly #scope = new Scope();

  private constructor(browser: Browser) {
    this.#browser = browser;
    this.#scope.defer(() => browser.close());
  }

  /** Ctrl-C and SIGTERM end the browser, and this process with it; unless `keepsOpen`: who opened it closes it. */
  static async open({ keepsOpen = false }: { keepsOpen?: boolean } = {}): Promise<Theatre> {
    if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there; npm test installs it`);
    return new Theatre(
      await chromium.launch({
        ...{ executablePath: CHROMIUM, headless: true, args: FLAGS },
        ...{ handleSIGINT: !keepsOpen, handleSIGTERM: !keepsOpen },
      }),
    );
  }

  /** A new tab on the watch page, in a window of its own, so that it is never throttled. */
  async watch(options: WatchOptions): Promise<Viewer> {
    const page = await this.tab({ width: 640, height: 400 });
    const query = new URLSearchParams({ protocol: options.protocol });
    if (options.network !== undefined) query.set("network", String(options.network));
    await page.goto(`${options.watchUrl}/?${query.toString()}`, { waitUntil: "commit" });
    await page.waitForFunction(() => "regista" in globalThis, undefined, { timeout: 15_000 });
    return new Viewer(page);
  }

  /** A tab in a context of its own; `proxy` is the only way out of it, such as `socks5://127.0.0.1:1080`. */
  async tab(
    viewport: { width: number; height: number },
    { proxy }: { proxy?: string } = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport,
      ...(proxy === undefined ? {} : { proxy: { server: proxy } }),
    });
    return context.newPage();
  }

  close(): Promise<void> {
    return this.#scope.close();
  }
}
