// Boxes that nobody here needs to understand: kept as they came, written as they were.
import type { FramedBox } from "./framing.ts";
import type { ByteWriter } from "./writer.ts";

export interface RawBox {
  readonly type: "raw";
  /** Its own type, such as `free`, `emsg` or `mdat`. */
  readonly fourcc: string;
  readonly payload: Uint8Array;
}

export const rawBox = ({ fourcc, payload }: FramedBox): RawBox => ({
  type: "raw",
  fourcc,
  payload,
});

export function writeRawBox(writer: ByteWriter, box: RawBox): void {
  writer.box(box.fourcc, () => writer.bytes(box.payload));
}
