/** Requests held at once, playlists and media together: beyond it, 503. Edges hold one each; players without an edge, four. */
export const HELD_REQUESTS_LIMIT = 10_000;

/** How long a request is held, in target durations; then 503 (rfc8216bis 6.2.5.2). */
export const HOLD_TARGET_DURATIONS = 3;

/** How much a playlist lists, ms: more than the skip boundary of 12 s, less than half of what the store keeps. */
export const PLAYLIST_MS = 18_000;

/** Complete segments whose parts are listed, beside the growing one: all within three target durations of the end. */
export const SEGMENTS_WITH_PARTS = 2;

/** How many parts ahead a playlist may be asked for: three seconds of them (rfc8216bis 6.2.5.2, Advance Part Limit). */
export const ADVANCE_PARTS_MS = 3_000;

/** How long the list of tracks must stay as it is before it is published, ms: two parts, so that a ladder appears whole. */
export const SETTLE_MS = 640;

/** How often players look for new tracks, ms: the MPD is the same text meanwhile. */
export const MPD_UPDATE_MS = 30_000;

/** A declared bit rate is kept while the measured one stays within these factors of it: what is published rarely changes. */
export const RATE_BAND = { low: 0.5, high: 1.25 } as const;

/** A growing segment is given up when its next part is this late, ms: the packager would have declared a gap long before. */
export const GROWTH_IDLE_MS = 10_000;

/** A last byte position this large asks for all that will come (RFC 8673 2). */
export const VERY_LARGE_POSITION = 2 ** 40;

/** How long parts, complete segments and headers may be kept, s: what their name says never changes. */
export const MEDIA_LIFETIME_S = 3_600;
/** How long a held playlist may be kept, s: six target durations; its address names the part that it waited for. */
export const HELD_PLAYLIST_LIFETIME_S = 12;
/** How long plain playlists, the MPD and the multivariant playlist may be kept, s. */
export const MANIFEST_LIFETIME_S = 1;
/** How long an edge may say that a gap is a gap, s: it shields the origin, and a part that comes after all is soon seen. */
export const GAP_LIFETIME_S = 1;
/** When a refused request may be tried again, s. */
export const RETRY_AFTER_S = 1;
