// The broadcaster's rows: its source, its encoders, and its push to the origin.
import type { Status } from "../inputs.ts";
import type { NodeRow } from "../picture.ts";
import { processRow, rowOf } from "./rows.ts";
import { encodersOf, pushesOf, sourceOf } from "./status.ts";
import type { View } from "./view.ts";

const own = {
  id: "broadcaster",
  name: "broadcaster",
  kind: "pushes the ladder",
  party: "broadcaster",
} as const;

/** While it is silent nothing is known of what is in it. */
export function broadcasterRows(view: View): NodeRow[] {
  const { body, problem } = view.inputs.broadcaster;
  if (body === null || problem !== null) return [processRow(view, view.inputs.broadcaster, own)];
  return [...sourceRow(view, body), ...encoderRows(view, body), pushRow(view, body)];
}

function sourceRow(view: View, status: Status): NodeRow[] {
  const source = sourceOf(status);
  if (!source) return [];
  // Before its first picture a source is waited for; afterwards it is lost.
  const before = view.since.before("row source");
  const word = source.live
    ? "live"
    : before === "live" || before === "lost"
      ? "lost"
      : "connecting";
  return [
    rowOf(view, {
      id: "source",
      name: source.name,
      kind: source.pictures ?? "source",
      party: "broadcaster",
      state: source.live ? "good" : word === "lost" ? "trouble" : "waiting",
      word,
      why: source.why,
      json: status["source"],
    }),
  ];
}

function encoderRows(view: View, status: Status): NodeRow[] {
  return encodersOf(status).map(({ name, state, replacements, behindMs, why, json }) =>
    rowOf(view, {
      id: `encoder ${name}`,
      name,
      kind: "encoder on the epoch grid",
      party: "broadcaster",
      state:
        state === "running"
          ? "good"
          : view.since.before(`row encoder ${name}`) === null
            ? "waiting"
            : "watch",
      word: state,
      facts: [
        ...(behindMs === null ? [] : [{ label: "holds", value: Math.round(behindMs), unit: "ms" }]),
        { label: "replaced", value: replacements },
      ],
      why: why && `The last one was replaced: ${why}`,
      json,
    }),
  );
}

function pushRow(view: View, status: Status): NodeRow {
  const { tracks, connected, why } = pushesOf(status);
  const all = connected === tracks;
  return rowOf(view, {
    ...own,
    state: all ? "good" : "watch",
    word: all ? "up" : "not connected",
    facts: tracks === 0 ? [] : [{ label: "tracks taken", value: `${connected} of ${tracks}` }],
    why: all ? null : `The origin takes ${connected} of ${tracks} tracks. ${why ?? ""}`,
    json: status,
  });
}
