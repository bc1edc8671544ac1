// The browser's own HLS, where there is no Media Source: iPhones and some televisions. Written to the specification;
// untested, since no such device was at hand. It changes edges by itself as far as the device knows steering; the page
// starts it anew on the next edge when the picture freezes.
import { deviceProfiles } from "#viewer/sync";
import { edgeOf } from "../page/route.ts";
import type { Player, PlayerOptions, PlayerState, PlayerUrls } from "./player.ts";

/** Only Safari has it: the capture time at media time 0, from EXT-X-PROGRAM-DATE-TIME. */
interface DatedVideo extends HTMLVideoElement {
  getStartDate?: () => Date;
}

/** Plays the multivariant playlist. */
export function startNative(
  video: HTMLVideoElement,
  urls: PlayerUrls,
  options: PlayerOptions,
): Player {
  const failed = (): void =>
    options.onFatal(`The browser cannot play this: ${video.error?.message || "no reason given"}.`);
  video.addEventListener("error", failed);
  video.src = options.route(urls.manifest);
  const startMs = (): number => (video as DatedVideo).getStartDate?.().getTime() ?? Number.NaN;
  return {
    profile: deviceProfiles.television,
    state: (): PlayerState => ({
      edge: edgeOf(urls.manifest, options.edges, options.route)?.id ?? null,
      rendition: null,
      bitrateKbps: null,
      width: video.videoWidth || null,
      height: video.videoHeight || null,
      topBitrateKbps: null,
      lowestBitrateKbps: null,
      throughputKbps: null,
    }),
    captureMs(mediaTime) {
      const start = startMs();
      return Number.isFinite(start) ? start + mediaTime * 1_000 : null;
    },
    mediaTimeS(captureMs) {
      const start = startMs();
      return Number.isFinite(start) ? (captureMs - start) / 1_000 : null;
    },
    renditionAt: () => null,
    seekTo(mediaTimeS) {
      video.currentTime = mediaTimeS;
    },
    // The device schedules its loading and chooses its rungs by itself.
    retarget: () => undefined,
    limitRung: () => undefined,
    setSubtitles(on) {
      for (const track of video.textTracks) track.mode = on ? "showing" : "disabled";
    },
    toLive() {
      const { seekable } = video;
      if (seekable.length > 0) video.currentTime = seekable.end(seekable.length - 1);
    },
    close() {
      video.removeEventListener("error", failed);
      video.removeAttribute("src");
      video.load();
    },
  };
}
