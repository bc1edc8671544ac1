// How long the first frame of a part spent in each hop, out of the stamps on its way. Each hop ends where the next one
// begins, so that their sum is the whole way but for the gaps that nobody stamps (docs/design/telemetry.md).
import type { HopName } from "#protocol";
import { EDGE_AFTER_PLAYER_TOLERANCE_MS } from "./limits.ts";

/** First and last byte, or twice the same instant for `due` and `screen`. UTC, ms. */
export interface Stamp {
  readonly first: number;
  readonly last: number;
}

/** A duration, and whose it is: the node that stamped it, the edge for `player`, the protocol for `due` and `screen`. */
export interface Duration {
  readonly hop: HopName | "unexplained" | "glass-to-glass";
  readonly node: string;
  readonly ms: number;
}

/** What the collector knows of a viewer besides its stamps. */
export interface Watcher {
  /** The edge that it says it plays from. */
  readonly edge: string | null;
  readonly protocol: string;
  /** Its own figure of capture to screen, ms, when it is fresh. */
  readonly glassToGlassMs: number | null;
}

/** The stamps of one part. There is one encoder, one packager and one origin; edges and viewers are many. */
export interface PartStamps {
  /** The capture instant of the first frame: the part's place on the grid. UTC, ms. */
  readonly capture: number;
  readonly encode: { node: string; stamp: Stamp } | null;
  readonly fill: { node: string; stamp: Stamp } | null;
  readonly answerable: { node: string; stamp: Stamp } | null;
  readonly edges: ReadonlyMap<string, Stamp>;
  readonly viewers: ReadonlyMap<string, ViewerStamps>;
}

/** One viewer's stamps of one part. */
export interface ViewerStamps {
  player: Stamp | null;
  due: Stamp | null;
  screen: Stamp | null;
}

/** The hops up to the origin's door that can be told now. */
export function chainDurations(part: PartStamps): Duration[] {
  const { capture, encode, fill, answerable } = part;
  const found: Duration[] = [];
  if (encode) found.push({ hop: "encode", node: encode.node, ms: encode.stamp.first - capture });
  if (fill) found.push({ hop: "fill", node: fill.node, ms: fill.stamp.last - fill.stamp.first });
  if (fill && answerable)
    found.push({
      hop: "answerable",
      node: answerable.node,
      ms: answerable.stamp.last - fill.stamp.last,
    });
  if (answerable)
    for (const [node, stamp] of part.edges)
      found.push({ hop: "edge", node, ms: stamp.last - answerable.stamp.last });
  return found;
}

/** The hops from the edge to one viewer's screen that can be told now; the rest once the whole way is known. */
export function viewerDurations(
  part: PartStamps,
  viewer: ViewerStamps,
  watcher: Watcher,
): Duration[] {
  const { player, due, screen } = viewer;
  const found: Duration[] = [];
  const edge = player && sourceOf(part, player, watcher.edge);
  if (player && edge)
    found.push({ hop: "player", node: edge.node, ms: player.last - edge.stamp.last });
  if (player && due) found.push({ hop: "due", node: watcher.protocol, ms: due.last - player.last });
  if (due && screen)
    found.push({ hop: "screen", node: watcher.protocol, ms: screen.last - due.last });
  const { encode, fill, answerable } = part;
  if (!screen) return found;
  const whole = watcher.glassToGlassMs ?? screen.last - part.capture;
  if (watcher.glassToGlassMs === null)
    found.push({ hop: "glass-to-glass", node: watcher.protocol, ms: whole });
  if (!encode || !fill || !answerable || !player || !edge || !due) return found;
  const explained =
    encode.stamp.first -
    part.capture +
    (fill.stamp.last - fill.stamp.first) +
    (answerable.stamp.last - fill.stamp.last) +
    (edge.stamp.last - answerable.stamp.last) +
    (player.last - edge.stamp.last) +
    (due.last - player.last) +
    (screen.last - due.last);
  found.push({ hop: "unexplained", node: watcher.protocol, ms: whole - explained });
  return found;
}

/**
 * The edge that a player's part came through: the one it says, unless that edge had the part only after the player (it
 * has just moved there); then the last one that had it before.
 */
function sourceOf(
  part: PartStamps,
  player: Stamp,
  said: string | null,
): { node: string; stamp: Stamp } | null {
  const could = (stamp: Stamp): boolean =>
    stamp.last <= player.last + EDGE_AFTER_PLAYER_TOLERANCE_MS;
  const declared = said === null ? undefined : part.edges.get(said);
  if (said !== null && declared && could(declared)) return { node: said, stamp: declared };
  // The declared edge's stamp may still be on its way here: nothing is told until it came.
  if (said !== null && !declared) return null;
  let best: { node: string; stamp: Stamp } | null = null;
  for (const [node, stamp] of part.edges)
    if (could(stamp) && (!best || stamp.last > best.stamp.last)) best = { node, stamp };
  return best;
}
