// Which wall-clock time a media time stands for.
import { type UtcMs, utcMs } from "#base";
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** ProducerReferenceTimeBox, ISO/IEC 14496-12 8.16.5. */
export interface ProducerReferenceTimeBox {
  readonly type: "prft";
  readonly version: number;
  /** What happened at that time: see {@link prftMoments}. */
  readonly flags: number;
  readonly trackId: number;
  /** Seconds since 1900, modulo 2^32, and 2^-32 seconds (RFC 5905 6). */
  readonly ntp: NtpTime;
  /** Presentation time in ticks. Negative where an encoder's delay reaches before its epoch. */
  readonly mediaTime: number;
}

export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

/** The meanings of the flags, ISO/IEC 14496-12 8.16.5.3. */
export const prftMoments = {
  encoderInput: 0,
  encoderOutput: 1,
  fragmentFinished: 2,
  fragmentWritten: 4,
  /** Arbitrary, but the same for all boxes of the track. */
  consistent: 8,
  /** When the depicted event took place, within a small and constant offset. */
  captured: 24,
} as const;

export function readProducerReferenceTime(reader: ByteReader): ProducerReferenceTimeBox {
  const { version, flags } = reader.full(1);
  const trackId = reader.u32();
  const ntp = { seconds: reader.u32(), fraction: reader.u32() };
  const mediaTime = version === 0 ? reader.u32() : reader.i64();
  return { type: "prft", version, flags, trackId, ntp, mediaTime };
}

export function writeProducerReferenceTime(
  writer: ByteWriter,
  box: ProducerReferenceTimeBox,
): void {
  writer.fullBox("prft", box, () => {
    writer.u32(box.trackId);
    writer.u32(box.ntp.seconds);
    writer.u32(box.ntp.fraction);
    if (box.version === 0) writer.u32(box.mediaTime);
    else writer.i64(box.mediaTime);
  });
}

const UNIX_EPOCH_IN_NTP_S = 2_208_988_800;
const NTP_ERA_S = 2 ** 32;

export function ntpOfUtc(utc: UtcMs): NtpTime {
  const wholeSeconds = Math.floor(utc / 1000);
  const fraction = Math.floor(((utc - wholeSeconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (wholeSeconds + UNIX_EPOCH_IN_NTP_S) % NTP_ERA_S, fraction };
}

/** The instant within 1968 to 2104: NTP's first era ends in February 2036 (RFC 4330 3). */
export function utcOfNtp({ seconds, fraction }: NtpTime): UtcMs {
  const era = seconds < NTP_ERA_S / 2 ? NTP_ERA_S : 0;
  return utcMs((seconds + era - UNIX_EPOCH_IN_NTP_S) * 1000 + (fraction / 2 ** 32) * 1000);
}
