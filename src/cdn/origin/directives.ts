// Delivery directives: the query of a playlist request (rfc8216bis 6.2.5).
import type { Grid } from "#media/grid";
import { originErrors } from "./errors.ts";

/** A part that a playlist must hold before it is sent. */
export interface AwaitedPart {
  segment: number;
  part: number;
  /** No part was named: the segment must be complete. */
  whole: boolean;
}

/** What a playlist request waits for. */
export interface PlaylistRequest {
  /** The answer must hold this part; null: the playlist as it stands. */
  until: AwaitedPart | null;
  /** A delta update will do. */
  skip: boolean;
}

/**
 * Reads the directives; other parameters are for others (CMCD, tokens).
 * @throws origin/bad-directive
 */
export function readDirectives(query: string, grid: Grid): PlaylistRequest {
  if (query === "") return { until: null, skip: false };
  const parameters = new URLSearchParams(query);
  const segment = wholeNumber(parameters, "_HLS_msn");
  const part = wholeNumber(parameters, "_HLS_part");
  const skip = parameters.get("_HLS_skip");
  if (skip !== null && skip !== "YES" && skip !== "v2")
    throw originErrors.make("bad-directive", { name: "_HLS_skip", problem: "it is not YES" });
  if (part !== null && segment === null)
    throw originErrors.make("bad-directive", {
      name: "_HLS_part",
      problem: "it comes without _HLS_msn",
    });
  return { until: segment === null ? null : target(segment, part, grid), skip: skip !== null };
}

/** Without a part the whole segment is meant; a part beyond the last is the first of the next segment. */
function target(segment: number, part: number | null, grid: Grid): AwaitedPart {
  if (part === null) return { segment, part: grid.partsPerSegment - 1, whole: true };
  return part < grid.partsPerSegment
    ? { segment, part, whole: false }
    : { segment: segment + 1, part: 0, whole: false };
}

function wholeNumber(parameters: URLSearchParams, name: string): number | null {
  const values = parameters.getAll(name);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length === 1 && /^\d{1,12}$/.test(value)) return Number(value);
  throw originErrors.make("bad-directive", { name, problem: "it is not one whole number" });
}
