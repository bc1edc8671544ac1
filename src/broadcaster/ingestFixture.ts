// For tests: an origin that takes everything and remembers what came, fragment by fragment.
import type { UtcMs } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type HttpServer, serve } from "#http";
import { type CmafTrack, isSync, readFragment, readHeader, type Sample } from "#media/cmaf";
import { BoxSplitter, findBox, readBoxes, utcOfNtp } from "#media/isobmff";

/** A fragment as it came. */
export interface TakenFragment {
  readonly segment: number;
  readonly decodeTime: number;
  readonly samples: readonly Sample[];
  readonly sync: boolean;
  /** Of the prft box in front of it, if any. */
  readonly captured: UtcMs | null;
  readonly at: UtcMs;
}

/** All that came for one rendition, in order. */
export interface Taken {
  readonly headers: Uint8Array[];
  track: CmafTrack | null;
  readonly fragments: TakenFragment[];
  /** The media itself: header once, then every fragment's bytes. */
  readonly bytes: Uint8Array[];
}

/** A running origin for tests. */
export interface TakingOrigin {
  readonly server: HttpServer;
  taken(rendition: string): Taken;
}

export async function takingOrigin(): Promise<TakingOrigin> {
  const renditions = new Map<string, Taken>();
  const taken = (name: string): Taken => {
    let found = renditions.get(name);
    if (!found)
      renditions.set(name, (found = { headers: [], track: null, fragments: [], bytes: [] }));
    return found;
  };
  const server = await serve(
    {
      port: 0,
      handler: async (request, reply) => {
        const [, , , rendition, file] = request.path.split("/") as [
          string,
          string,
          string,
          string,
          string,
        ];
        const into = taken(rendition);
        if (file === "init.mp4") await takeHeader(into, request.body);
        else await takeSegment(into, Number.parseInt(file, 10), request.body);
        reply.send(200, []);
      },
    },
    { clock: systemClock, log: silentLog },
  );
  return { server, taken };
}

async function takeHeader(into: Taken, body: AsyncIterable<Uint8Array>): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const bytes of body) parts.push(bytes);
  const header = Buffer.concat(parts);
  if (into.headers.length === 0) into.bytes.push(header);
  into.headers.push(header);
  into.track = readHeader(header);
}

async function takeSegment(
  into: Taken,
  segment: number,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const splitter = new BoxSplitter();
  let captured: UtcMs | null = null;
  let moof: Uint8Array | null = null;
  try {
    for await (const chunk of body) {
      for (const box of splitter.push(chunk)) {
        if (box.fourcc === "prft") {
          const prft = findBox(readBoxes(box.bytes), "prft");
          captured = prft ? utcOfNtp(prft.ntp) : null;
        } else if (box.fourcc === "moof") moof = box.bytes;
        else if (box.fourcc === "mdat" && moof && into.track) {
          const fragment = readFragment(
            { moof, mdat: box.bytes, mdatHeaderLength: 8 },
            into.track.defaults,
          );
          const { decodeTime, samples } = fragment;
          const sync = samples[0] !== undefined && isSync(samples[0]);
          into.fragments.push({
            segment,
            decodeTime,
            samples,
            sync,
            captured,
            at: systemClock.utc(),
          });
          into.bytes.push(moof, box.bytes);
          captured = null;
        }
      }
    }
  } catch {
    // The sender went in the middle of a segment: what came before it counts.
  }
}
