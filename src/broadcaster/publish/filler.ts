// What stands in for an encoder that is not there: the last key frame held, and silence.

/** One AAC-LC frame of silence, two channels at 48 kHz (ISO/IEC 14496-3 4.4.2.1: a channel pair with empty spectra). */
export const silentFrame: Uint8Array = Uint8Array.of(
  0x21,
  0x00,
  0x49,
  0x90,
  0x02,
  0x19,
  0x00,
  0x23,
  0x80,
);

/** An access unit delimiter that allows any picture, its length in front (ITU-T H.264 7.3.2.4). */
const delimiter = [0, 0, 0, 2, 0x09, 0x10];

/**
 * A key frame as it is shown again. Held, it follows itself; the delimiter says that a new picture begins, where two
 * equal picture numbers would not (ITU-T H.264 7.4.1.2.4).
 */
export function heldKeyFrame(keyFrame: Uint8Array): Uint8Array {
  const held = new Uint8Array(delimiter.length + keyFrame.length);
  held.set(delimiter);
  held.set(keyFrame, delimiter.length);
  return held;
}
