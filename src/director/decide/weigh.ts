// One path as it stands now, in words: for sessions, the log and people who ask why.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import { type HealthBoard, shown, type Standing } from "../load/health.ts";
import type { Resource } from "../load/resource.ts";
import type { Path } from "../paths/path.ts";

export interface Weighed {
  readonly path: Path;
  readonly standing: Standing;
  /** Share in use of what is fullest; null when nothing is known. */
  readonly load: number | null;
  readonly tightest: Resource | null;
  /** What speaks against it; null: nothing. */
  readonly unfit: string | null;
}

export interface Scales {
  readonly board: ResourceBoard;
  readonly health: HealthBoard;
  /** What a viewer is expected to draw. */
  readonly mbps: number;
  readonly now: MonoMs;
}

export function weigh(path: Path, { board, health, mbps, now }: Scales): Weighed {
  const { edge } = path;
  const resources = board.resourcesOf(path);
  const tightest = board.tightest(resources);
  const known = resources.some(({ heard }) => heard);
  const load = tightest && known && tightest.up ? board.fill(tightest) : null;
  const fitness = health.of(edge, now);
  const common = { path, load, tightest: known ? tightest : null };
  if (tightest && !tightest.up)
    return {
      ...common,
      standing: "silent",
      unfit: `${tightest.name} on the way to ${edge.id} is down`,
    };
  if (fitness.standing !== "up" && fitness.standing !== "full")
    return { ...common, standing: fitness.standing, unfit: fitness.why };
  if (board.roomOver(resources, mbps, board.policy.fullAt))
    return { ...common, standing: "up", unfit: null };
  const what =
    tightest && tightest !== resources[0] ? `${tightest.name} on the way to ${edge.id}` : edge.id;
  const share = tightest ? shown(board.fill(tightest)) : "unknown";
  return { ...common, standing: "full", unfit: `${what} is full: load ${share}` };
}

/** What it is when it is fit, and what is wrong with it when it is not. */
export const said = ({ path, load, unfit }: Weighed): string =>
  unfit ??
  `${path.class} edge ${path.edge.id}, ${load === null ? "load not known yet" : `load ${shown(load)}`}`;
