// Boxes as plain values: one reader and one writer for all of them, in pairs. Unknown boxes stay raw.
import { isobmffErrors } from "./errors.ts";
import { type FileTypeBox, readFileType, writeFileType } from "./fileType.ts";
import {
  type MovieFragmentHeaderBox,
  readMovieFragmentHeader,
  readTrackFragmentDecodeTime,
  readTrackFragmentHeader,
  readTrackRun,
  type TrackFragmentDecodeTimeBox,
  type TrackFragmentHeaderBox,
  type TrackRunBox,
  writeMovieFragmentHeader,
  writeTrackFragmentDecodeTime,
  writeTrackFragmentHeader,
  writeTrackRun,
} from "./fragment.ts";
import { type FramedBox, readFrames } from "./framing.ts";
import { DEPTH_LIMIT } from "./limits.ts";
import {
  type HandlerBox,
  type MediaHeaderBox,
  type MovieHeaderBox,
  readHandler,
  readMediaHeader,
  readMovieHeader,
  readTrackExtends,
  readTrackHeader,
  type TrackExtendsBox,
  type TrackHeaderBox,
  writeHandler,
  writeMediaHeader,
  writeMovieHeader,
  writeTrackExtends,
  writeTrackHeader,
} from "./movie.ts";
import {
  type ProducerReferenceTimeBox,
  readProducerReferenceTime,
  writeProducerReferenceTime,
} from "./prft.ts";
import { type RawBox, rawBox, writeRawBox } from "./raw.ts";
import { ByteReader } from "./reader.ts";
import {
  readSampleDescription,
  type SampleDescriptionBox,
  writeSampleDescription,
} from "./sampleEntry.ts";
import { ByteWriter } from "./writer.ts";

const containers = ["moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf"] as const;
type ContainerName = (typeof containers)[number];

/** A box of boxes: ISO/IEC 14496-12 8.2.1, 8.3.1, 8.4.1, 8.4.4, 8.5.1, 8.8.1, 8.8.4, 8.8.6. */
export interface ContainerBox {
  readonly type: ContainerName;
  readonly children: readonly Box[];
}

/** Any box. `type` tells them apart; those that are not understood here are `raw`. */
export type Box =
  | ContainerBox
  | FileTypeBox<"ftyp">
  | FileTypeBox<"styp">
  | HandlerBox
  | MediaHeaderBox
  | MovieFragmentHeaderBox
  | MovieHeaderBox
  | ProducerReferenceTimeBox
  | RawBox
  | SampleDescriptionBox
  | TrackExtendsBox
  | TrackFragmentDecodeTimeBox
  | TrackFragmentHeaderBox
  | TrackHeaderBox
  | TrackRunBox;

type Known = Exclude<Box, RawBox | ContainerBox>;

/** For each box that is understood, its reader and its writer. */
const formats: {
  [Type in Known["type"]]: {
    read(reader: ByteReader): Extract<Known, { type: Type }>;
    write(writer: ByteWriter, box: Extract<Known, { type: Type }>): void;
  };
} = {
  ftyp: { read: (reader) => readFileType("ftyp", reader), write: writeFileType },
  styp: { read: (reader) => readFileType("styp", reader), write: writeFileType },
  mvhd: { read: readMovieHeader, write: writeMovieHeader },
  trex: { read: readTrackExtends, write: writeTrackExtends },
  tkhd: { read: readTrackHeader, write: writeTrackHeader },
  mdhd: { read: readMediaHeader, write: writeMediaHeader },
  hdlr: { read: readHandler, write: writeHandler },
  stsd: { read: readSampleDescription, write: writeSampleDescription },
  mfhd: { read: readMovieFragmentHeader, write: writeMovieFragmentHeader },
  tfhd: { read: readTrackFragmentHeader, write: writeTrackFragmentHeader },
  tfdt: { read: readTrackFragmentDecodeTime, write: writeTrackFragmentDecodeTime },
  trun: { read: readTrackRun, write: writeTrackRun },
  prft: { read: readProducerReferenceTime, write: writeProducerReferenceTime },
};

interface AnyFormat {
  read(reader: ByteReader): Box;
  write(writer: ByteWriter, box: Box): void;
}
const formatOf = new Map<string, AnyFormat>(Object.entries(formats));
const containerNames: ReadonlySet<string> = new Set(containers);
const isContainer = (box: Box): box is ContainerBox => containerNames.has(box.type);

function readFramed(frame: FramedBox, depth: number): Box {
  const { fourcc, payload } = frame;
  if (containerNames.has(fourcc)) {
    if (depth === DEPTH_LIMIT) {
      const problem = `it lies more than ${DEPTH_LIMIT} boxes deep`;
      throw isobmffErrors.make("malformed", { box: fourcc, problem });
    }
    const children = readFrames(payload, fourcc).map((child) => readFramed(child, depth + 1));
    return { type: fourcc as ContainerName, children };
  }
  const format = formatOf.get(fourcc);
  if (!format) return rawBox(frame);
  const reader = new ByteReader(payload, fourcc);
  const box = format.read(reader);
  reader.end();
  return box;
}

/**
 * Reads all boxes that lie in `bytes`. Payloads of raw boxes are views of `bytes`.
 * @throws isobmff/truncated, isobmff/malformed
 */
export function readBoxes(bytes: Uint8Array): Box[] {
  return readFrames(bytes, "file").map((frame) => readFramed(frame, 0));
}

/** Appends a box to a writer. */
export function appendBox(writer: ByteWriter, box: Box): void {
  if (box.type === "raw") return writeRawBox(writer, box);
  if (isContainer(box)) {
    return writer.box(box.type, () => {
      for (const child of box.children) appendBox(writer, child);
    });
  }
  formatOf.get(box.type)?.write(writer, box);
}

/** The bytes of boxes, one after the other. The inverse of {@link readBoxes}. */
export function writeBoxes(boxes: readonly Box[]): Uint8Array {
  const writer = new ByteWriter();
  for (const box of boxes) appendBox(writer, box);
  return writer.finish();
}

/** The first box of a type among `boxes`. */
export function findBox<Type extends Box["type"]>(
  boxes: readonly Box[],
  type: Type,
): Extract<Box, { type: Type }> | undefined {
  return boxes.find((box): box is Extract<Box, { type: Type }> => box.type === type);
}

/** The children of the first container of each name in turn: `findPath(boxes, "moov", "trak")` are those of the track. */
export function findPath(boxes: readonly Box[], ...path: readonly ContainerName[]): readonly Box[] {
  let found = boxes;
  for (const name of path) {
    const container = found.find((box): box is ContainerBox => box.type === name);
    found = container?.children ?? [];
  }
  return found;
}
