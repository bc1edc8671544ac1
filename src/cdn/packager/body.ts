// One ingest body: bytes as they come, boxes, fragments, parts.
import { concatBytes, type RegistaError, type UtcMs } from "#base";
import { type Fragment, readFragment } from "#media/cmaf";
import type { Grid } from "#media/grid";
import { BoxSplitter, readTextSample, type SplitBox } from "#media/isobmff";
import type { Admission } from "./admission.ts";
import { type Arrival, Assembler, type AssemblyCounters } from "./assembler.ts";
import { packagerErrors } from "./errors.ts";
import type { Header, Headers } from "./headers.ts";
import {
  BODY_BYTES_LIMIT,
  BOX_BYTES_LIMIT,
  EVENT_BYTES_LIMIT,
  HEADER_BYTES_LIMIT,
} from "./limits.ts";
import type { Part } from "./part.ts";

export interface BodyCounters extends AssemblyCounters {
  bytes: number;
  headers: number;
  fragments: number;
}

export interface BodyOptions {
  readonly grid: Grid;
  readonly rendition: string;
  /** Where it comes from. */
  readonly address: string;
  /** Whether it may run over many segments. */
  readonly endless: boolean;
}

/** Reads one body. After anything has thrown it takes nothing more; `close` must be called whatever happens. */
export class IngestBody {
  readonly address: string;
  readonly #options: BodyOptions;
  readonly #headers: Headers;
  readonly #admission: Admission;
  readonly #counters: BodyCounters;
  readonly #splitter = new BoxSplitter(BOX_BYTES_LIMIT);
  #received = 0;
  #fileType: Uint8Array | null = null;
  #moof: Uint8Array | null = null;
  #events: Uint8Array[] = [];
  #eventBytes = 0;
  #assembler: { readonly of: Header; readonly assembler: Assembler } | null = null;
  #segment: number | null = null;
  /** When the box that is not complete yet began to come, and the first box since the last fragment. */
  #boxBegan: UtcMs | null = null;
  #fragmentBegan: UtcMs | null = null;

  constructor(
    options: BodyOptions,
    parts: { headers: Headers; admission: Admission; counters: BodyCounters },
  ) {
    this.address = options.address;
    this.#options = options;
    this.#headers = parts.headers;
    this.#admission = parts.admission;
    this.#counters = parts.counters;
  }

  /** Takes bytes that came at `now`. @throws RegistaError when they cannot be taken: the body is refused */
  push(bytes: Uint8Array, now: UtcMs): void {
    this.#counters.bytes += bytes.length;
    this.#received += bytes.length;
    if (!this.#options.endless && this.#received > BODY_BYTES_LIMIT) {
      throw this.#tooLarge("body", BODY_BYTES_LIMIT);
    }
    const boxes = this.#splitter.push(bytes);
    for (const box of boxes) {
      this.#fragmentBegan ??= this.#boxBegan ?? now;
      this.#boxBegan = null;
      this.#take(box, now);
    }
    if (this.#splitter.pending > 0) this.#boxBegan ??= now;
  }

  /** The body is complete. @throws RegistaError when it ends inside a box or between moof and mdat */
  end(): void {
    if (this.#splitter.pending > 0) throw this.#broken("it ends inside a box");
    if (this.#moof) throw this.#broken("a moof box has no mdat after it");
    const part = this.#assembler?.assembler.finish();
    if (part) this.#offer(part);
  }

  /** Lets go of what the body holds. */
  close(): void {
    this.#assembler?.assembler.discard();
    this.#admission.release(this.#options.rendition, this);
  }

  #take(box: SplitBox, now: UtcMs): void {
    if (this.#moof && box.fourcc !== "mdat") throw this.#broken("a moof box has no mdat after it");
    switch (box.fourcc) {
      case "ftyp":
        this.#fileType = box.bytes;
        return this.#checkHeader(box.bytes);
      case "moov":
        return this.#header(box.bytes);
      case "emsg":
        return this.#event(box.bytes);
      case "moof":
        this.#moof = box.bytes;
        return;
      case "mdat":
        return this.#fragment(box, now);
      default:
      // styp, prft, sidx, mfra and whatever else: the grid and the header say all that is needed.
    }
  }

  #checkHeader(bytes: Uint8Array): void {
    if (bytes.length > HEADER_BYTES_LIMIT) throw this.#tooLarge("header", HEADER_BYTES_LIMIT);
  }

  #header(moov: Uint8Array): void {
    const { rendition } = this.#options;
    this.#checkHeader(moov);
    const fileType = this.#fileType ?? new Uint8Array(0);
    // A copy: what is kept for hours must not hold a socket's buffer.
    this.#headers.accept(rendition, concatBytes([fileType, moov]));
    this.#fileType = null;
    this.#fragmentBegan = null;
    this.#counters.headers += 1;
  }

  #event(bytes: Uint8Array): void {
    this.#eventBytes += bytes.length;
    if (this.#eventBytes > EVENT_BYTES_LIMIT)
      throw this.#tooLarge("event messages", EVENT_BYTES_LIMIT);
    this.#events.push(bytes);
  }

  #fragment(box: SplitBox, now: UtcMs): void {
    const moof = this.#moof;
    if (!moof) throw this.#broken("an mdat box has no moof before it");
    const header = this.#headers.get(this.#options.rendition);
    if (!header) throw packagerErrors.make("no-header", { rendition: this.#options.rendition });
    const boxes = { moof, mdat: box.bytes, mdatHeaderLength: box.headerLength };
    const fragment = readFragment(boxes, header.incoming.defaults);
    // What is kept is written out as WebVTT later: it must be readable.
    if (header.incoming.kind === "text")
      for (const sample of fragment.samples) readTextSample(sample.bytes);
    const arrival: Arrival = { first: this.#fragmentBegan ?? now, last: now };
    const events = this.#events;
    this.#moof = null;
    this.#events = [];
    this.#eventBytes = 0;
    this.#fragmentBegan = null;
    this.#counters.fragments += 1;
    const assembler = this.#assemblerFor(header);
    this.#begin(assembler, fragment);
    for (const part of assembler.add(fragment, events, arrival)) this.#offer(part);
  }

  #assemblerFor(header: Header): Assembler {
    if (this.#assembler?.of === header) return this.#assembler.assembler;
    this.#assembler?.assembler.discard();
    const { grid, rendition } = this.#options;
    const { incoming, servedTrackId } = header;
    const { kind, timescale } = incoming;
    const shape = { grid, rendition, kind, timescale, trackId: servedTrackId };
    const assembler = new Assembler(shape, this.#counters);
    this.#assembler = { of: header, assembler };
    return assembler;
  }

  #begin(assembler: Assembler, fragment: Fragment): void {
    const { rendition, endless } = this.#options;
    const position = assembler.positionOf(fragment);
    const first = this.#segment ?? position.segment;
    if (position.segment !== first && !endless) {
      throw packagerErrors.make("one-segment", { rendition, first, next: position.segment });
    }
    this.#segment = position.segment;
    this.#admission.begin(rendition, position, this);
  }

  #offer(part: Part): void {
    this.#admission.offer(this.#options.rendition, part);
  }

  #broken(problem: string): RegistaError {
    return packagerErrors.make("broken-body", { rendition: this.#options.rendition, problem });
  }

  #tooLarge(what: string, bytes: number): RegistaError {
    const facts = { what, rendition: this.#options.rendition, limit: `${bytes} bytes` };
    return packagerErrors.make("too-large", facts);
  }
}
