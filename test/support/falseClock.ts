// A page that lives in a false but coherent clock: for players that must not trust the wall clock of their device.

/** How a tab's clock is wrong. */
export interface FalseClock {
  /** What its wall clock is ahead of the truth at {@link sinceUtcMs}, ms. */
  readonly offsetMs: number;
  /** How much faster than the truth every clock of it runs, parts per million. */
  readonly ratePpm: number;
  readonly sinceUtcMs: number;
  /** The global name under which the truth is kept; a page cannot guess it. */
  readonly key: string;
}

/** The true readings, for the bench alone. */
export interface Truth {
  /** UTC, ms with fractions, as the machine's disciplined clock tells it. */
  utc(): number;
  /** A true monotonic reading as UTC, ms. */
  utcAt(monotonic: number): number;
  monotonic(): number;
  /** A monotonic reading of the page as a true one. */
  trueOf(falseMonotonic: number): number;
  /** What the page's own wall clock says now, UTC ms. */
  pageUtc(): number;
  /** Asks for the next frame of a video with true times. */
  frame(video: object, hear: (now: number, metadata: TrueFrame) => void): void;
}

/** The members of VideoFrameCallbackMetadata that are used here. */
export interface TrueFrame {
  readonly mediaTime: number;
  readonly expectedDisplayTime: number;
  readonly presentedFrames: number;
}

type Native = (this: unknown, ...args: unknown[]) => unknown;
type Prototype = Record<string, unknown>;

/** The parts of a window, or of a worker, that tell the time. */
interface Realm {
  Date: DateConstructor;
  performance: object & { mark: Native };
  location: { href: string };
  URL: typeof URL;
  Blob: typeof Blob;
  Worker?: new (url: string | URL, options?: { type?: string }) => object;
  requestAnimationFrame?: Native;
  HTMLVideoElement?: { prototype: Prototype };
  AudioContext?: { prototype: Prototype };
  [constructor: string]: unknown;
}

/**
 * Falsifies the realm in which it runs. Before any script of a page: `page.addInitScript(falsify, clock)`. It stands
 * alone, since a page gets its text and nothing around it. Timers keep true lengths: 50 ppm of them cannot be felt.
 */
export function falsify(clock: FalseClock): void {
  const realm = globalThis as unknown as Realm;
  const rate = 1 + clock.ratePpm * 1e-6;
  const TrueDate = realm.Date;
  const trueNow = TrueDate.now.bind(TrueDate);
  const { performance } = realm;

  /** Native getters are called on whatever object is asked. */
  const getterOf = (prototype: object | null, name: string): Native | null => {
    const found =
      prototype && (Object.getOwnPropertyDescriptor(prototype, name) as { get?: Native });
    return found?.get ?? null;
  };
  const prototypeOf = (name: string): Prototype | null =>
    (realm[name] as { prototype?: Prototype } | undefined)?.prototype ?? null;
  const performancePrototype = prototypeOf("Performance") as Prototype;
  const nativeNow = performancePrototype["now"] as Native;
  const trueMonotonic = (): number => nativeNow.call(performance) as number;
  const trueOrigin = (getterOf(performancePrototype, "timeOrigin") as Native).call(
    performance,
  ) as number;

  const falseUtc = (utc: number): number =>
    utc + clock.offsetMs + (utc - clock.sinceUtcMs) * (rate - 1);
  const falseMonotonic = (reading: number): number => reading * rate;
  /** 0 means "did not happen" in every record of times. */
  const moment = (reading: unknown): unknown =>
    typeof reading === "number" && reading !== 0 ? falseMonotonic(reading) : reading;

  function rewrite(prototype: Prototype | null, name: string, change: (value: unknown) => unknown) {
    const native = getterOf(prototype, name);
    if (!prototype || !native) return;
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: unknown) {
        return change(native.call(this));
      },
    });
  }

  function wallClock(): void {
    const now = (): number => Math.floor(falseUtc(trueNow()));
    const FalseDate = new Proxy(TrueDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
      apply: () => new TrueDate(now()).toString(),
      get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    });
    Object.defineProperty(TrueDate.prototype, "constructor", {
      value: FalseDate,
      configurable: true,
      writable: true,
    });
    realm.Date = FalseDate;
  }

  function monotonicClock(): void {
    performancePrototype["now"] = () => falseMonotonic(trueMonotonic());
    rewrite(performancePrototype, "timeOrigin", () => falseUtc(trueOrigin));
    rewrite(prototypeOf("Event"), "timeStamp", moment);
    rewrite(prototypeOf("AnimationTimeline"), "currentTime", moment);
    rewrite(prototypeOf("DocumentTimeline"), "currentTime", moment);
    const mark = performancePrototype["mark"] as Native;
    performancePrototype["mark"] = function marked(this: unknown, name: unknown, options: unknown) {
      const at = (options as { startTime?: number } | undefined)?.startTime;
      const given = at === undefined ? options : { ...(options as object), startTime: at / rate };
      return mark.call(this, name, given);
    };
  }

  /** Records of the performance timeline, whatever their kind; durations stretch alike. */
  function entries(): void {
    for (const kind of ["", "Resource", "Navigation", "Event", "Element", "Paint", "LongTask"]) {
      const prototype = prototypeOf(kind ? `Performance${kind}Timing` : "PerformanceEntry");
      const names = prototype ? Object.getOwnPropertyNames(prototype) : [];
      for (const name of names)
        if (/(Start|End|Time|Interactive|Complete|duration)$/.test(name))
          rewrite(prototype, name, moment);
      if (!prototype || typeof prototype["toJSON"] !== "function") continue;
      const toJson = prototype["toJSON"] as Native;
      prototype["toJSON"] = function plain(this: Record<string, unknown>) {
        const said = toJson.call(this) as Record<string, unknown>;
        return Object.fromEntries(Object.keys(said).map((name) => [name, this[name]]));
      };
    }
    const legacy = prototypeOf("PerformanceTiming");
    for (const name of legacy ? Object.getOwnPropertyNames(legacy) : [])
      rewrite(legacy, name, (at) => (typeof at === "number" && at > 0 ? falseUtc(at) : at));
  }

  function frames(): void {
    const animation = realm.requestAnimationFrame;
    if (animation)
      realm.requestAnimationFrame = (hear) =>
        animation.call(realm, (now: unknown) => (hear as Native).call(realm, moment(now)));
    const video = realm.HTMLVideoElement?.prototype;
    const native = video?.["requestVideoFrameCallback"] as Native | undefined;
    if (!video || !native) return;
    const times = ["presentationTime", "expectedDisplayTime", "captureTime", "receiveTime"];
    video["requestVideoFrameCallback"] = function heard(this: unknown, hear: unknown) {
      return native.call(this, (now: unknown, metadata: Record<string, unknown>) => {
        const told = { ...metadata };
        for (const name of times) if (name in told) told[name] = moment(told[name]);
        (hear as Native).call(undefined, moment(now), told);
      });
    };
  }

  function sound(): void {
    const audio = realm.AudioContext?.prototype;
    const native = audio?.["getOutputTimestamp"] as Native | undefined;
    if (!audio || !native) return;
    audio["getOutputTimestamp"] = function told(this: unknown) {
      const { contextTime, performanceTime } = native.call(this) as Record<string, number>;
      return { contextTime, performanceTime: moment(performanceTime) };
    };
  }

  /** A worker gets this text first, then its own. */
  function workers(): void {
    const TrueWorker = realm.Worker;
    if (!TrueWorker) return;
    const blob = (text: string): string =>
      realm.URL.createObjectURL(new realm.Blob([text], { type: "text/javascript" }));
    const install = `(${falsify.toString()})(${JSON.stringify(clock)});`;
    realm.Worker = new Proxy(TrueWorker, {
      construct(target, [url, options]: [string | URL, { type?: string }?], newTarget) {
        const own = JSON.stringify(new realm.URL(String(url), realm.location.href).href);
        const text =
          options?.type === "module"
            ? `import ${JSON.stringify(blob(install))}; import ${own};`
            : `${install} importScripts(${own});`;
        return Reflect.construct(target, [blob(text), options], newTarget) as object;
      },
    });
  }

  function keepTruth(): void {
    // The fine clock, pulled into the millisecond that the machine's disciplined clock names.
    let offset = trueOrigin;
    const utcAt = (monotonic: number): number => {
      const coarse = trueNow();
      const fine = trueMonotonic() + offset;
      if (fine < coarse) offset += coarse - fine;
      else if (fine >= coarse + 1) offset -= fine - coarse - 0.999;
      return monotonic + offset;
    };
    const nativeFrame = realm.HTMLVideoElement?.prototype["requestVideoFrameCallback"] as Native;
    const truth: Truth = {
      utc: () => utcAt(trueMonotonic()),
      utcAt,
      monotonic: trueMonotonic,
      trueOf: (reading) => reading / rate,
      pageUtc: () => falseUtc(utcAt(trueMonotonic())),
      frame: (video, hear) => void nativeFrame.call(video, hear),
    };
    Object.defineProperty(realm, clock.key, { value: truth });
  }

  keepTruth();
  wallClock();
  monotonicClock();
  entries();
  frames();
  sound();
  workers();
}
