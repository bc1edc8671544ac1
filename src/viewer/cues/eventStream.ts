// Reads `text/event-stream` (HTML Living Standard 9.2.5 and 9.2.6) from pieces of text, however they are cut.
import { EVENT_TEXT_LIMIT } from "./limits.ts";

/** One event. */
export interface StreamEvent {
  /** The last `id:` that was seen, of this event or of one before it; empty before the first. */
  readonly id: string;
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Takes text as it comes and tells each event once it is complete; what the stream leaves unfinished is not told. */
export class EventStreamReader {
  /** Events that were passed over because they were longer than {@link EVENT_TEXT_LIMIT} characters. */
  tooLong = 0;
  readonly #told: (event: StreamEvent) => void;
  #rest = "";
  #begun = false;
  /** A line ended with CR: an LF that follows belongs to it. */
  #afterReturn = false;
  #id = "";
  #event = "";
  #data: string[] = [];
  #size = 0;
  #retryMs: number | null = null;

  constructor(told: (event: StreamEvent) => void) {
    this.#told = told;
  }

  /** The wait before coming back that the stream asks for, ms; null when it asks for none. */
  get retryMs(): number | null {
    return this.#retryMs;
  }

  take(piece: string): void {
    if (piece === "") return;
    let text = piece;
    if (!this.#begun) {
      this.#begun = true;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      const whole = this.#rest + line;
      this.#rest = "";
      this.#line(whole);
    }
    // Of a line beyond the limit only so much is kept that it is known as too long.
    if (this.#rest.length <= EVENT_TEXT_LIMIT) this.#rest += last;
  }

  #line(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    this.#size += line.length;
    if (this.#size > EVENT_TEXT_LIMIT) {
      this.#data = [];
      return;
    }
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d{1,9}$/.test(value)) this.#retryMs = Number(value);
  }

  #dispatch(): void {
    const [data, event] = [this.#data, this.#event];
    const tooLong = this.#size > EVENT_TEXT_LIMIT;
    this.#data = [];
    this.#event = "";
    this.#size = 0;
    if (tooLong) this.tooLong += 1;
    else if (data.length > 0)
      this.#told({ id: this.#id, event: event === "" ? "message" : event, data: data.join("\n") });
  }
}
