// What a file or a segment conforms to.
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** FileTypeBox, ISO/IEC 14496-12 4.3, and SegmentTypeBox, 8.16.2. Brands are four characters each. */
export interface FileTypeBox<Type extends "ftyp" | "styp" = "ftyp" | "styp"> {
  readonly type: Type;
  readonly majorBrand: string;
  readonly minorVersion: number;
  readonly compatibleBrands: readonly string[];
}

export function readFileType<Type extends "ftyp" | "styp">(
  type: Type,
  reader: ByteReader,
): FileTypeBox<Type> {
  const majorBrand = reader.fourcc();
  const minorVersion = reader.u32();
  const compatibleBrands: string[] = [];
  while (reader.remaining > 0) compatibleBrands.push(reader.fourcc());
  return { type, majorBrand, minorVersion, compatibleBrands };
}

export function writeFileType(writer: ByteWriter, box: FileTypeBox): void {
  writer.box(box.type, () => {
    writer.latin1(box.majorBrand);
    writer.u32(box.minorVersion);
    for (const brand of box.compatibleBrands) writer.latin1(brand);
  });
}
