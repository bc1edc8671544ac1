// The writer of the MPD (ISO/IEC 23009-1 5). What it says is the same for every viewer: one text is served to all.
//
// Each representation carries its own SegmentTemplate, because headers are named by their bytes. ContentSteering belongs to
// the 6th edition: the schema of the 5th does not know it.
import { invariant, isoTime } from "#base";
import { dashErrors } from "./errors.ts";
import type { AdaptationSet, Presentation, Representation } from "./presentation.ts";
import { type Element, element, writeXml } from "./xml.ts";

/** Live profile, CMAF, and the low-latency profile of DASH-IF (IOP part 5). */
export const DASH_PROFILES =
  "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019,http://www.dashif.org/guidelines/low-latency-live-v5";

/** The MPD as text. @throws dash/bad-value for a value that it cannot hold */
export function writeMpd(presentation: Presentation): string {
  return writeXml(mpd(presentation));
}

function mpd(presentation: Presentation): Element {
  const { latency, segmentMs } = presentation;
  return element(
    "MPD",
    [
      ["xmlns", "urn:mpeg:dash:schema:mpd:2011"],
      ["profiles", DASH_PROFILES],
      ["type", "dynamic"],
      ["availabilityStartTime", isoTime(presentation.availabilityStartTime)],
      ["publishTime", isoTime(presentation.publishTime)],
      ["minimumUpdatePeriod", period(presentation.updatePeriodMs)],
      ["timeShiftBufferDepth", period(presentation.timeShiftMs)],
      ["suggestedPresentationDelay", period(latency.targetMs)],
      ["maxSegmentDuration", period(segmentMs)],
      ["minBufferTime", period(presentation.minBufferMs)],
    ],
    [
      ...presentation.locations.map(({ name, url }) =>
        element("BaseURL", [["serviceLocation", name]], url),
      ),
      ...contentSteering(presentation),
      serviceDescription(presentation),
      element(
        "Period",
        [
          ["id", "live"],
          ["start", "PT0S"],
        ],
        presentation.sets.map((set, index) => adaptationSet(presentation, set, index + 1)),
      ),
      ...utcTiming(presentation),
    ],
  );
}

function contentSteering(presentation: Presentation): Element[] {
  const { steering, locations } = presentation;
  if (!steering || locations.length === 0) return [];
  return [
    element(
      "ContentSteering",
      [
        ["defaultServiceLocation", locations.map(({ name }) => name).join(" ")],
        ["queryBeforeStart", steering.queryBeforeStart],
      ],
      steering.url,
    ),
  ];
}

/** Annex K. The reference is the first producer reference time: all of them say the same. */
function serviceDescription({ latency, playbackRate }: Presentation): Element {
  return element(
    "ServiceDescription",
    [["id", 0]],
    [
      element("Latency", [
        ["referenceId", REFERENCE_ID],
        ["target", whole("latency", latency.targetMs)],
        ["min", whole("latency", latency.minMs)],
        ["max", whole("latency", latency.maxMs)],
      ]),
      element("PlaybackRate", [
        ["min", playbackRate.min],
        ["max", playbackRate.max],
      ]),
    ],
  );
}

/** dash.js takes an id of 0 for none: they count from 1. */
const REFERENCE_ID = 1;

function utcTiming({ timing }: Presentation): Element[] {
  if (!timing) return [];
  const scheme = `urn:mpeg:dash:utc:http-${timing.scheme}:2014`;
  return [
    element("UTCTiming", [
      ["schemeIdUri", scheme],
      ["value", timing.url],
    ]),
  ];
}

function adaptationSet(presentation: Presentation, set: AdaptationSet, id: number): Element {
  const sizes = set.representations.flatMap(({ size }) => (size ? [size] : []));
  const largest = (key: "width" | "height"): number | null =>
    sizes.length > 0 ? Math.max(...sizes.map((size) => size[key])) : null;
  return element(
    "AdaptationSet",
    [
      ["id", id],
      ["contentType", set.kind],
      ["mimeType", `${set.kind === "text" ? "application" : set.kind}/mp4`],
      ["lang", set.language],
      ["segmentAlignment", true],
      ["startWithSAP", 1],
      ["maxWidth", largest("width")],
      ["maxHeight", largest("height")],
    ],
    [
      producerReferenceTime(presentation, set, id),
      element("Role", [
        ["schemeIdUri", "urn:mpeg:dash:role:2011"],
        ["value", set.kind === "text" ? "subtitle" : "main"],
      ]),
      ...set.representations.map((rung) => representation(presentation, set, rung)),
    ],
  );
}

/**
 * Media time is capture time, so the pair of times at the period's start says all; the same time travels in the
 * media, before each part (prft).
 */
function producerReferenceTime(
  presentation: Presentation,
  set: AdaptationSet,
  id: number,
): Element {
  return element(
    "ProducerReferenceTime",
    [
      ["id", REFERENCE_ID - 1 + id],
      ["inband", true],
      ["type", "encoder"],
      ["wallClockTime", isoTime(presentation.availabilityStartTime)],
      ["presentationTime", ticks(set.presentationTimeOffset)],
    ],
    utcTiming(presentation),
  );
}

function representation(
  presentation: Presentation,
  set: AdaptationSet,
  rung: Representation,
): Element {
  invariant(rung.media.includes("$Number$"), "a segment's address must hold its number");
  return element(
    "Representation",
    [
      ["id", rung.id],
      ["codecs", rung.codec],
      ["bandwidth", Math.ceil(rung.bandwidth)],
      ["width", rung.size?.width ?? null],
      ["height", rung.size?.height ?? null],
      ["sar", rung.size ? "1:1" : null],
      ["frameRate", rung.frameRate === null ? null : frameRate(rung.frameRate)],
      ["audioSamplingRate", rung.sampleRate],
    ],
    [
      ...channels(rung),
      // Where a player that joins in the middle of a segment can begin, and where chunks do; both can be told by their
      // first box (@marker; DASH-IF IOP 5, low latency 9.X.4.5 wants the random access points first).
      ...resync(1, set.randomAccessTicks),
      ...(set.partTicks === set.randomAccessTicks ? [] : resync(0, set.partTicks)),
      element("SegmentTemplate", [
        ["timescale", ticks(set.timescale)],
        ["duration", ticks(set.segmentTicks)],
        ["startNumber", ticks(set.startNumber)],
        ["presentationTimeOffset", ticks(set.presentationTimeOffset)],
        ["availabilityTimeOffset", decimalSeconds(presentation.availabilityOffsetMs)],
        ["availabilityTimeComplete", false],
        ["initialization", rung.initialization],
        ["media", rung.media],
      ]),
    ],
  );
}

const resync = (type: number, dT: number): Element[] => [
  element("Resync", [
    ["type", type],
    ["dT", ticks(dT)],
    ["marker", true],
  ]),
];

function channels(rung: Representation): Element[] {
  if (rung.channels === null) return [];
  return [
    element("AudioChannelConfiguration", [
      ["schemeIdUri", "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"],
      ["value", rung.channels],
    ]),
  ];
}

/** xs:duration in seconds. */
const period = (durationMs: number): string => `PT${decimalSeconds(durationMs)}S`;

/** Milliseconds as decimal seconds, without trailing zeros. */
const decimalSeconds = (durationMs: number): string =>
  String(Number((whole("a duration", durationMs) / 1000).toFixed(3)));

const ticks = (value: number): number => whole("a number of ticks", value);

function whole(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw dashErrors.make("bad-value", {
    what: `${what} of ${value}`,
    problem: "it must be a whole number from 0",
  });
}

/** 5.3.12: a whole number, or a fraction of whole numbers; rates of the 1000/1001 family are named exactly. */
function frameRate(rate: number): string {
  const rounded = Math.round(rate);
  if (Math.abs(rate - rounded) < 0.005) return String(rounded);
  if (Math.abs(rate - (rounded * 1_000) / 1_001) < 0.005) return `${rounded * 1_000}/1001`;
  return `${Math.round(rate * 1_000)}/1000`;
}
