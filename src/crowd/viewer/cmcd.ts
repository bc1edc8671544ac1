// CMCD version 2 in request mode (CTA-5004-B): what never changes is encoded once for a rung, and only the figures are put
// in for each request.
import { CMCD_QUERY_NAME, type CmcdRecord, encodeCmcd } from "#telemetry/cmcd";

/** What a session's requests have in common. */
export interface CmcdSession {
  readonly session: string;
  readonly channel: string;
  readonly format: "d" | "h";
}

/** What a request is for: manifest, header, picture, sound. */
export type CmcdObject = "m" | "i" | "v" | "a";

/** Figures of one request. */
export interface CmcdFigures {
  readonly bufferMs: number;
  /** Measured, bits per second. */
  readonly bps: number | null;
  /** It has stood still since the last request. */
  readonly starved: boolean;
  /** Needed at once: it starts, or stands still. */
  readonly startup: boolean;
}

/** The query of requests for one kind of object. */
export class CmcdQuery {
  readonly #param: string;
  readonly #bitrate: string;
  readonly #session: string;
  readonly #kind: string;
  readonly #version: string;

  /** `bandwidth`: bits per second of what is asked for; null for what has no rate. `durationMs` of the object. */
  constructor(
    session: CmcdSession,
    what: { object: CmcdObject; bandwidth: number | null; durationMs: number | null },
  ) {
    const { object, bandwidth, durationMs } = what;
    this.#param = object;
    this.#bitrate = bandwidth === null ? "" : part({ br: about(object, bandwidth / 1_000) });
    this.#session = part({
      cid: session.channel,
      ...(durationMs === null ? {} : { d: Math.round(durationMs) }),
    });
    this.#kind = part({ ot: object, sf: session.format, sid: session.session, st: "ll" });
    this.#version = encodeURIComponent(encodeCmcd({ v: 2 }));
  }

  /** `CMCD=…`; keys in order. */
  with(figures: CmcdFigures): string {
    const media = this.#param === "v" || this.#param === "a";
    // Rounded as CTA-5004-B asks: the buffer to 100 ms, the throughput to 100 kb/s.
    const buffer = media ? this.#list("bl", Math.round(figures.bufferMs / 100) * 100) : "";
    const rate =
      media && figures.bps !== null
        ? this.#list("mtp", Math.round(figures.bps / 100_000) * 100)
        : "";
    const starved = figures.starved ? `bs${COMMA}` : "";
    const startup = figures.startup ? `su${COMMA}` : "";
    return `${CMCD_QUERY_NAME}=${buffer}${this.#bitrate}${starved}${this.#session}${rate}${this.#kind}${startup}${this.#version}`;
  }

  /** An inner list of one whole number, percent-encoded: it needs no care. */
  #list(key: string, value: number): string {
    return `${key}%3D(${value}%3B${this.#param})${COMMA}`;
  }
}

const COMMA = "%2C";

/** An inner list of one figure that is about the picture, or the sound. */
const about = (object: CmcdObject, value: number): CmcdRecord[string] => [
  { value: Math.round(value), params: { [object]: true } },
];

/** Keys in order, percent-encoded, with a comma behind. */
const part = (record: CmcdRecord): string => encodeURIComponent(encodeCmcd(record)) + COMMA;
