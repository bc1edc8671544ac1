// What the page asks of an edge. The paths are spelled here once more: the protocol's own module would bring the validator
// of its schemas, most of the page's code; the test holds the two to each other.

/** A channel's manifests at an edge. */
export const manifestUrls = (edgeUrl: string, channel: string): { dash: string; hls: string } => ({
  dash: `${edgeUrl}/${channel}/live.mpd`,
  hls: `${edgeUrl}/${channel}/main.m3u8`,
});

/** A cue by its number, and the stream of cues. */
export const cuePath = (channel: string, seq: number): string => `/${channel}/cues/${seq}.json`;
export const cueStreamPath = (channel: string): string => `/${channel}/cues/live`;
