// A movie fragment read in place: what a viewer must know of it to play and to check (ISO/IEC 14496-12 8.8).
import type { SampleDefaults } from "#media/cmaf";
import { RUN_SAMPLES_LIMIT } from "./limits.ts";

/** What a fragment says of itself; ticks of its track. One value for each scanner, written anew. */
export interface FragmentFacts {
  sequence: number;
  decodeTime: number;
  duration: number;
  samples: number;
  /** Decoding can begin with its first sample. */
  independent: boolean;
}

const fourcc = (name: string): number => Buffer.from(name, "latin1").readUInt32BE(0);
const MFHD = fourcc("mfhd");
const TRAF = fourcc("traf");
const TFHD = fourcc("tfhd");
const TFDT = fourcc("tfdt");
const TRUN = fourcc("trun");

/** sample_is_non_sync_sample (8.8.3.1). */
const NON_SYNC = 0x01_0000;

/** Reads the children of a moof between `from` and `to`. False when they are none, or lack their time. */
export function readMoof(
  bytes: Buffer,
  span: { from: number; to: number },
  defaults: SampleDefaults,
  facts: FragmentFacts,
): boolean {
  facts.sequence = -1;
  facts.decodeTime = -1;
  facts.duration = 0;
  facts.samples = 0;
  facts.independent = false;
  let fragmentSeen = false;
  for (let at = span.from; at < span.to;) {
    const end = boxEnd(bytes, at, span.to);
    if (end < 0) return false;
    const type = bytes.readUInt32BE(at + 4);
    if (type === MFHD && end - at >= 16) facts.sequence = bytes.readUInt32BE(at + 12);
    if (type === TRAF) {
      // CMAF: one track a fragment (ISO/IEC 23000-19 7.3.2).
      if (fragmentSeen || !readTrack(bytes, { from: at + 8, to: end }, defaults, facts))
        return false;
      fragmentSeen = true;
    }
    at = end;
  }
  return fragmentSeen && facts.decodeTime >= 0 && facts.duration > 0;
}

/** The end of the box that begins at `at`; -1 when it does not fit. */
function boxEnd(bytes: Buffer, at: number, to: number): number {
  if (to - at < 12) return -1;
  const size = bytes.readUInt32BE(at);
  return size >= 12 && size <= to - at ? at + size : -1;
}

function readTrack(
  bytes: Buffer,
  span: { from: number; to: number },
  defaults: SampleDefaults,
  facts: FragmentFacts,
): boolean {
  let { duration, flags } = defaults;
  for (let at = span.from; at < span.to;) {
    const end = boxEnd(bytes, at, span.to);
    if (end < 0) return false;
    const type = bytes.readUInt32BE(at + 4);
    const boxFlags = bytes.readUInt32BE(at + 8) & 0xff_ffff;
    if (type === TFHD) {
      // After the track's id come the fields whose bits are set, in this order (8.8.7).
      let field = at + 16 + (boxFlags & 0x01 ? 8 : 0) + (boxFlags & 0x02 ? 4 : 0);
      const size =
        (boxFlags & 0x08 ? 4 : 0) + (boxFlags & 0x10 ? 4 : 0) + (boxFlags & 0x20 ? 4 : 0);
      if (field + size > end) return false;
      if (boxFlags & 0x08) duration = bytes.readUInt32BE(field);
      field += size - 4;
      if (boxFlags & 0x20) flags = bytes.readUInt32BE(field);
    } else if (type === TFDT) {
      const wide = bytes[at + 8] === 1;
      if (end - at < (wide ? 20 : 16)) return false;
      facts.decodeTime = wide
        ? bytes.readUInt32BE(at + 12) * 2 ** 32 + bytes.readUInt32BE(at + 16)
        : bytes.readUInt32BE(at + 12);
    } else if (type === TRUN && !readRun(bytes, { from: at, to: end }, { duration, flags }, facts))
      return false;
    at = end;
  }
  return true;
}

/** 8.8.8; `span` is the whole box. */
function readRun(
  bytes: Buffer,
  span: { from: number; to: number },
  defaults: { duration: number; flags: number },
  facts: FragmentFacts,
): boolean {
  const { from, to } = span;
  if (to - from < 16) return false;
  const flags = bytes.readUInt32BE(from + 8) & 0xff_ffff;
  const samples = bytes.readUInt32BE(from + 12);
  const hasDurations = (flags & 0x100) !== 0;
  const sizesAt = hasDurations ? 4 : 0;
  const flagsAt = sizesAt + (flags & 0x200 ? 4 : 0);
  const stride = flagsAt + (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
  const firstFlagsAt = from + 16 + (flags & 0x01 ? 4 : 0);
  const table = firstFlagsAt + (flags & 0x04 ? 4 : 0);
  if (samples === 0 || samples > RUN_SAMPLES_LIMIT || table + samples * stride > to) return false;
  if (facts.samples === 0) {
    let first = defaults.flags;
    if (flags & 0x04) first = bytes.readUInt32BE(firstFlagsAt);
    else if (flags & 0x400) first = bytes.readUInt32BE(table + flagsAt);
    facts.independent = (first & NON_SYNC) === 0;
  }
  facts.samples += samples;
  if (!hasDurations) facts.duration += samples * defaults.duration;
  else
    for (let at = table, left = samples; left > 0; at += stride, left -= 1)
      facts.duration += bytes.readUInt32BE(at);
  return true;
}
