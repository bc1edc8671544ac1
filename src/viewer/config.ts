// What the page is told before it plays: `GET /config.json`. Read without zod, so that the page stays small.
import { viewerErrors } from "./errors.ts";
import { WATCH_CHOICES_LIMIT, WATCH_DIRECTORS_LIMIT } from "./limits.ts";

/** An edge that the page may use without asking anybody, and knows by name when a URL leads there. */
export interface WatchEdge {
  id: string;
  /** Its base URL. */
  url: string;
  /** Its name for a person, such as "Roma, at the exchange". */
  label: string;
}

/** A network that a person may watch from in the demonstration. */
export interface WatchNetwork {
  asn: number;
  name: string;
  /** The address that stands for every outside host, port kept; null: no access link is emulated. */
  gateway: string | null;
}

/** What a frame's time means: captured by the camera, or arrived at the broadcaster. */
export type CaptureIs = "camera" | "arrival";

/** The answer to `GET /config.json`. */
export interface WatchConfig {
  v: 1;
  channel: string;
  title: string;
  /** At least one; they share the viewers, and the next is asked when one is silent. */
  directorUrls: string[];
  /** null: nothing is reported. */
  telemetryUrl: string | null;
  edges: WatchEdge[];
  networks: WatchNetwork[];
  captureIs: CaptureIs;
}

type Fields = Record<string, unknown>;

function refuse(place: string, problem: string): never {
  throw viewerErrors.make("bad-config", { place, problem });
}

function fieldsAt(place: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null) refuse(place, "it is not an object");
  return value as Fields;
}

function textAt(place: string, value: unknown): string {
  if (typeof value !== "string" || value === "") refuse(place, "it is not a text");
  return value;
}

function urlAt(place: string, value: unknown): string {
  const text = textAt(place, value);
  if (!/^https?:\/\/[^/\s]+/.test(text)) refuse(place, "it is not an http or https URL");
  return text.replace(/\/+$/, "");
}

function listAt<Item>(
  place: string,
  value: unknown,
  read: (place: string, fields: Fields) => Item,
): Item[] {
  if (!Array.isArray(value)) refuse(place, "it is not a list");
  if (value.length > WATCH_CHOICES_LIMIT)
    refuse(place, `it holds more than ${WATCH_CHOICES_LIMIT} entries`);
  return value.map((item: unknown, at) =>
    read(`${place}[${at}]`, fieldsAt(`${place}[${at}]`, item)),
  );
}

function directorsAt(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0)
    refuse("directorUrls", "it is not a list of at least one");
  if (value.length > WATCH_DIRECTORS_LIMIT)
    refuse("directorUrls", `it holds more than ${WATCH_DIRECTORS_LIMIT} entries`);
  return value.map((url: unknown, at) => urlAt(`directorUrls[${at}]`, url));
}

function edgeAt(place: string, fields: Fields): WatchEdge {
  return {
    id: textAt(`${place}.id`, fields["id"]),
    url: urlAt(`${place}.url`, fields["url"]),
    label: textAt(`${place}.label`, fields["label"] ?? fields["id"]),
  };
}

function networkAt(place: string, fields: Fields): WatchNetwork {
  const asn = fields["asn"];
  if (typeof asn !== "number" || !Number.isInteger(asn))
    refuse(`${place}.asn`, "it is not a number");
  const gateway = fields["gateway"] ?? null;
  return {
    asn,
    name: textAt(`${place}.name`, fields["name"]),
    gateway: gateway === null ? null : textAt(`${place}.gateway`, gateway),
  };
}

/** Reads a configuration. Unknown fields are ignored, an unknown version refused. Throws `viewer/bad-config`. */
export function parseWatchConfig(value: unknown): WatchConfig {
  const fields = fieldsAt("the top", value);
  if (fields["v"] !== 1) refuse("v", "only version 1 is known");
  const channel = textAt("channel", fields["channel"]);
  const telemetryUrl = fields["telemetryUrl"] ?? null;
  return {
    v: 1,
    channel,
    title: textAt("title", fields["title"] ?? channel),
    directorUrls: directorsAt(fields["directorUrls"]),
    telemetryUrl: telemetryUrl === null ? null : urlAt("telemetryUrl", telemetryUrl),
    edges: listAt("edges", fields["edges"] ?? [], edgeAt),
    networks: listAt("networks", fields["networks"] ?? [], networkAt),
    captureIs: fields["captureIs"] === "arrival" ? "arrival" : "camera",
  };
}
