// The paths of a channel's objects, written and read in one place.

/** What a media path names. */
export interface MediaObject {
  channel: string;
  rendition: string;
  segment: number;
  /** The part, or null for the whole segment. */
  part: number | null;
}

export const mainPlaylistPath = (channel: string): string => `/${channel}/main.m3u8`;
export const mpdPath = (channel: string): string => `/${channel}/live.mpd`;
export const playlistPath = (channel: string, rendition: string): string =>
  `/${channel}/${rendition}.m3u8`;
export const initPath = (channel: string, rendition: string, hash: string): string =>
  `/${channel}/${rendition}/init-${hash}.mp4`;
export const segmentPath = (channel: string, rendition: string, segment: number): string =>
  `/${channel}/${rendition}/${segment}.m4s`;
export const partPath = (
  channel: string,
  rendition: string,
  segment: number,
  part: number,
): string => `/${channel}/${rendition}/${segment}.${part}.m4s`;

/** The WebVTT of a segment of text, or of one part of it. */
export const captionPath = (
  channel: string,
  rendition: string,
  segment: number,
  part: number | null,
): string => `/${channel}/${rendition}/${part === null ? segment : `${segment}.${part}`}.vtt`;

const mediaPath = /^\/([\w-]{1,64})\/([\w-]{1,64})\/(\d{1,12})(?:\.(\d{1,2}))?\.m4s$/;
const captionPathForm = /^\/([\w-]{1,64})\/([\w-]{1,64})\/(\d{1,12})(?:\.(\d{1,2}))?\.vtt$/;

/** Reads a segment's or part's path; null for any other. */
export const parseMediaPath = (path: string): MediaObject | null => objectOf(mediaPath.exec(path));

/** Reads the path of a segment's or part's WebVTT; null for any other. */
export const parseCaptionPath = (path: string): MediaObject | null =>
  objectOf(captionPathForm.exec(path));

function objectOf(found: RegExpExecArray | null): MediaObject | null {
  if (!found) return null;
  const [, channel, rendition, segment, part] = found;
  return {
    channel: channel as string,
    rendition: rendition as string,
    segment: Number(segment),
    part: part === undefined ? null : Number(part),
  };
}
