// Five thousand who hear of cues without a picture, at one edge on one core.
import type { Findings, Group } from "../group.ts";
import { measureListeners } from "../listeners.ts";

const LOOK_BELOW_S = 60;
const CUES_LOOK = 10;

export const listeners: Group = {
  purpose: "5,000 listeners of cues at an edge on one core",
  run: async (seconds): Promise<Findings> => ({
    rows: await measureListeners(seconds < LOOK_BELOW_S ? { cues: CUES_LOOK } : {}),
    void: null,
  }),
};
