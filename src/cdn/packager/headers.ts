// The header of each rendition: taken once, compared each time it comes again.
import { fingerprint } from "#base";
import { type CmafTrack, readHeader } from "#media/cmaf";
import { dividesGrid, gridErrors } from "#media/grid";
import { packagerErrors } from "./errors.ts";
import type { TrackDescription } from "./shelf.ts";
import type { PartStore } from "./store.ts";

/** A rendition's header, as readers of its fragments and writers of its parts need it. */
export interface Header {
  /** As the header that came last describes its fragments. */
  readonly incoming: CmafTrack;
  /** The track's id in the header that is served. */
  readonly servedTrackId: number;
}

export class Headers {
  readonly #store: PartStore;
  readonly #headers = new Map<string, Header & { readonly bytes: Uint8Array }>();

  constructor(store: PartStore) {
    this.#store = store;
  }

  get(rendition: string): Header | undefined {
    return this.#headers.get(rendition);
  }

  /**
   * Takes a header. While the rendition is live, one that decodes otherwise is refused; one that differs in nothing that
   * a decoder sees (another encoder of the same make) is taken, and the one served stays.
   * @throws packager/header-changed, packager/too-many-renditions, grid/bad-timescale, cmaf/…, isobmff/…
   */
  accept(rendition: string, bytes: Uint8Array): void {
    const known = this.#headers.get(rendition);
    if (known && Buffer.compare(known.bytes, bytes) === 0) return;
    const incoming = readHeader(bytes);
    const { timescale, defaults } = incoming;
    const { grid } = this.#store;
    if (!dividesGrid(grid, timescale)) {
      throw gridErrors.make("bad-timescale", { timescale, partMs: grid.partMs });
    }
    if (known && this.#store.isLive(rendition)) {
      refuseChange(rendition, known.incoming, incoming);
      this.#headers.set(rendition, { ...known, incoming, bytes });
      return;
    }
    this.#store.describe(describe(rendition, incoming, bytes));
    this.#headers.set(rendition, { incoming, servedTrackId: defaults.trackId, bytes });
  }
}

function refuseChange(rendition: string, was: CmafTrack, is: CmafTrack): void {
  const changed = (what: string, before: string | number, after: string | number): void => {
    if (before === after) return;
    throw packagerErrors.make("header-changed", { rendition, what, was: before, is: after });
  };
  changed("codec", was.codec, is.codec);
  changed("timescale", was.timescale, is.timescale);
  changed("configuration", fingerprint(was.configuration), fingerprint(is.configuration));
}

function describe(rendition: string, track: CmafTrack, bytes: Uint8Array): TrackDescription {
  const { codec, timescale } = track;
  const common = { rendition, codec, timescale, init: { bytes, hash: fingerprint(bytes) } };
  if (track.kind === "video") {
    return { ...common, kind: "video", width: track.width, height: track.height };
  }
  if (track.kind === "text") {
    const { language, defaults } = track;
    const told = { trackId: defaults.trackId, ...(language === null ? {} : { language }) };
    return { ...common, kind: "text", ...told };
  }
  const { sampleRate, channels, language } = track;
  const told = { sampleRate, channels, ...(language === null ? {} : { language }) };
  return { ...common, kind: "audio", ...told };
}
