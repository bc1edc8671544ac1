// The reader of a live MPD of one period with numbered segments (ISO/IEC 23009-1 5; DASH-IF IOP 5, low latency): what a
// viewer needs. The writer of the same values: writeMpd.ts. Elements that are not known are passed over.
import { type Ms, ms, parseIsoTime, type RegistaError, type UtcMs, utcMs } from "#base";
import { dashErrors } from "./errors.ts";
import type {
  AdaptationSet,
  ContentSteering,
  Presentation,
  Representation,
  Timing,
} from "./presentation.ts";
import { type ReadElement, readXml } from "./readXml.ts";

const bad = (problem: string): RegistaError => dashErrors.make("not-an-mpd", { problem });

/**
 * Reads a live MPD. What it does not say gets the values that a viewer would assume: no update, no offset, a latency target
 * of its suggested delay, the rate 1. A period that starts later is counted into `availabilityStartTime`.
 * @throws dash/not-an-mpd when it is something else, or uses what is not read (several periods, timelines, lists)
 */
export function readMpd(text: string): Presentation {
  const mpd = readXml(text);
  if (mpd.name !== "MPD") throw bad(`its root is ${mpd.name.slice(0, 40)}`);
  if (mpd.attributes.get("type") !== "dynamic") throw bad("it is not live (type dynamic)");
  const [period, second] = childrenOf(mpd, "Period");
  if (!period || second) throw bad("it does not have exactly one Period");
  const suggestedMs = durationOf(mpd, "suggestedPresentationDelay");
  const read = childrenOf(period, "AdaptationSet").flatMap((set) => adaptationSet(set, period));
  const offsets = read.map(({ availabilityOffsetMs }) => availabilityOffsetMs);
  const longest = Math.max(0, ...read.map(({ set }) => (set.segmentTicks * 1_000) / set.timescale));
  const start = instant(mpd, "availabilityStartTime") ?? utcMs(0);
  return {
    publishTime: instant(mpd, "publishTime") ?? utcMs(0),
    availabilityStartTime: utcMs(start + (durationOf(period, "start") ?? 0)),
    updatePeriodMs: durationOf(mpd, "minimumUpdatePeriod") ?? 0,
    timeShiftMs: durationOf(mpd, "timeShiftBufferDepth") ?? 0,
    segmentMs: durationOf(mpd, "maxSegmentDuration") ?? Math.round(longest),
    minBufferMs: durationOf(mpd, "minBufferTime") ?? 0,
    availabilityOffsetMs: offsets.length > 0 ? Math.min(...offsets) : 0,
    ...service(mpd, suggestedMs ?? 0),
    timing: timing(mpd),
    locations: childrenOf(mpd, "BaseURL").flatMap(({ attributes, text: url }) => {
      const name = attributes.get("serviceLocation");
      return name === undefined ? [] : [{ name, url }];
    }),
    steering: steering(mpd),
    sets: read.map(({ set }) => set),
  };
}

const childrenOf = (element: ReadElement, name: string): ReadElement[] =>
  element.children.filter((child) => child.name === name);

const childOf = (element: ReadElement, name: string): ReadElement | undefined =>
  element.children.find((child) => child.name === name);

function service(
  mpd: ReadElement,
  suggestedMs: number,
): Pick<Presentation, "latency" | "playbackRate"> {
  const described = childOf(mpd, "ServiceDescription");
  const latency = described && childOf(described, "Latency");
  const rate = described && childOf(described, "PlaybackRate");
  const targetMs = (latency && whole(latency, "target")) ?? suggestedMs;
  return {
    latency: {
      targetMs,
      minMs: (latency && whole(latency, "min")) ?? targetMs,
      maxMs: (latency && whole(latency, "max")) ?? targetMs,
    },
    playbackRate: {
      min: (rate && decimal(rate, "min")) ?? 1,
      max: (rate && decimal(rate, "max")) ?? 1,
    },
  };
}

const timingScheme = /^urn:mpeg:dash:utc:http-(iso|xsdate):2014$/;

/** The first way that is known. */
function timing(mpd: ReadElement): Timing | null {
  for (const { attributes } of childrenOf(mpd, "UTCTiming")) {
    const [, scheme] = timingScheme.exec(attributes.get("schemeIdUri") ?? "") ?? [];
    const url = attributes.get("value");
    if ((scheme === "iso" || scheme === "xsdate") && url !== undefined) return { scheme, url };
  }
  return null;
}

function steering(mpd: ReadElement): ContentSteering | null {
  const found = childOf(mpd, "ContentSteering");
  if (!found) return null;
  return { url: found.text, queryBeforeStart: found.attributes.get("queryBeforeStart") === "true" };
}

interface ReadSet {
  readonly set: AdaptationSet;
  readonly availabilityOffsetMs: number;
}

/** Pictures, sound and text; other kinds (images) are none of a live viewer's tracks. */
function adaptationSet(element: ReadElement, period: ReadElement): ReadSet[] {
  const kind = kindOf(element);
  const rungs = childrenOf(element, "Representation");
  const [first] = rungs;
  if (kind === null || !first) return [];
  // A live viewer plays without text of other kinds: one file, or a timeline of its own.
  if (kind === "text" && !isNumbered([first, element, period])) return [];
  const template = (rung: ReadElement): ReadElement => templateOf([rung, element, period]);
  const timed = template(first);
  const timescale = whole(timed, "timescale") ?? 1;
  const segmentTicks = whole(timed, "duration") ?? 0;
  if (timescale === 0 || segmentTicks === 0) throw bad("its segments have no constant duration");
  const offsetS = timed.attributes.get("availabilityTimeOffset") ?? "0";
  return [
    {
      availabilityOffsetMs: offsetS === "INF" ? 0 : milliseconds(offsetS),
      set: {
        kind,
        language: element.attributes.get("lang") ?? null,
        timescale,
        segmentTicks,
        ...resync([first, element], segmentTicks),
        startNumber: whole(timed, "startNumber") ?? 1,
        presentationTimeOffset: whole(timed, "presentationTimeOffset") ?? 0,
        representations: rungs.map((rung) => representation(rung, template(rung))),
      },
    },
  ];
}

function kindOf(set: ReadElement): AdaptationSet["kind"] | null {
  const [first] = childrenOf(set, "Representation");
  const told =
    set.attributes.get("contentType") ??
    set.attributes.get("mimeType") ??
    first?.attributes.get("mimeType") ??
    "";
  const [kind] = told.split("/");
  if (told === "application/mp4") return "text";
  return kind === "video" || kind === "audio" || kind === "text" ? kind : null;
}

/** Whether segments have numbers and one duration. */
function isNumbered(levels: readonly ReadElement[]): boolean {
  const templates = levels.flatMap((level) => childOf(level, "SegmentTemplate") ?? []);
  return (
    templates.some(({ attributes }) => attributes.has("duration")) &&
    !templates.some((template) => childOf(template, "SegmentTimeline"))
  );
}

/** 5.3.9.1: what an inner SegmentTemplate does not say holds from the outer ones. */
function templateOf(levels: readonly ReadElement[]): ReadElement {
  const attributes = new Map<string, string>();
  for (const level of levels) {
    const template = childOf(level, "SegmentTemplate");
    if (template && childOf(template, "SegmentTimeline")) throw bad("it has a SegmentTimeline");
    for (const [name, value] of template?.attributes ?? [])
      if (!attributes.has(name)) attributes.set(name, value);
  }
  return { name: "SegmentTemplate", attributes, children: [], text: "" };
}

/** 5.3.12 of the 4th edition: type 1 are places where decoding can begin, type 0 any chunk. */
function resync(
  levels: readonly ReadElement[],
  segmentTicks: number,
): Pick<AdaptationSet, "partTicks" | "randomAccessTicks"> {
  const steps = levels.flatMap((level) => childrenOf(level, "Resync"));
  const step = (type: string): number | null => {
    const found = steps.find(({ attributes }) => (attributes.get("type") ?? "0") === type);
    return found ? whole(found, "dT") : null;
  };
  const randomAccessTicks = step("1") ?? segmentTicks;
  return { partTicks: step("0") ?? randomAccessTicks, randomAccessTicks };
}

function representation(element: ReadElement, template: ReadElement): Representation {
  const { attributes } = element;
  const id = attributes.get("id");
  const media = template.attributes.get("media");
  const initialization = template.attributes.get("initialization");
  if (id === undefined || media === undefined || initialization === undefined)
    throw bad("a Representation lacks its id, media or initialization");
  const named = (address: string): string => address.replaceAll("$RepresentationID$", () => id);
  if (!named(media).includes("$Number$")) throw bad("a segment's address does not hold its number");
  const width = whole(element, "width");
  const height = whole(element, "height");
  const channels = childOf(element, "AudioChannelConfiguration");
  const rate = attributes.get("frameRate");
  return {
    id,
    codec: attributes.get("codecs") ?? "",
    bandwidth: whole(element, "bandwidth") ?? 0,
    initialization: named(initialization),
    media: named(media),
    size: width !== null && height !== null ? { width, height } : null,
    frameRate: rate === undefined ? null : fraction(rate),
    sampleRate: whole(element, "audioSamplingRate"),
    channels: (channels && whole(channels, "value")) ?? null,
  };
}

function fraction(text: string): number {
  const [, above, below] = /^(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  const rate = Number(above) / Number(below ?? 1);
  if (Number.isFinite(rate)) return rate;
  throw bad("a frame rate is no number");
}

/** A whole number from 0 to 2^53 − 1; null when the attribute is not there. */
function whole(element: ReadElement, name: string): number | null {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw bad(`${name} of ${element.name} is no whole number`);
}

function decimal(element: ReadElement, name: string): number | null {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  if (/^\d{1,9}(?:\.\d{1,17})?$/.test(text)) return Number(text);
  throw bad(`${name} of ${element.name} is no number`);
}

/** Decimal seconds. */
function milliseconds(text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,12})?$/.test(text)) throw bad("a number of seconds is none");
  return Number((Number(text) * 1_000).toFixed(3));
}

const durationForm =
  /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,12})?)S)?)?$/;

/** xs:duration without years and months, whose length is not known. */
function durationOf(element: ReadElement, name: string): Ms | null {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  const found = durationForm.exec(text);
  if (!found || text.endsWith("P") || text.endsWith("T"))
    throw bad(`${name} of ${element.name} is no duration`);
  const [days, hours, minutes, seconds] = [1, 2, 3, 4].map((group) => Number(found[group] ?? 0));
  const whole = ((days ?? 0) * 24 + (hours ?? 0)) * 3_600 + (minutes ?? 0) * 60;
  return ms(whole * 1_000 + Number(((seconds ?? 0) * 1_000).toFixed(3)));
}

function instant(element: ReadElement, name: string): UtcMs | null {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  const at = parseIsoTime(/Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  if (at === null) throw bad(`${name} of ${element.name} is no instant`);
  return at;
}
