// The network view in one sentence: the gravest thing first, else how local it is. Pure.
import type { NetworkView } from "./view.ts";

type Judged = Omit<NetworkView, "verdict">;

/** The sentence, and how the network is. It says what directors told, never why it might be. */
export function verdictOf(view: Judged): NetworkView["verdict"] {
  const { directors, total } = view;
  const silent = directors.filter(({ problem }) => problem !== null);
  if (directors.every(({ counted }) => !counted)) return withoutMaps(view);
  const troubles = [
    ...(silent.length > 0
      ? [`${count(silent.length, "director")} of ${directors.length} ${is(silent.length)} silent`]
      : []),
    ...edgesThat(view, "silent"),
    ...exchangesAway(view),
    ...edgesThat(view, "slow"),
    ...edgesThat(view, "full"),
  ];
  const local = total.viewers === 0 ? "Nobody watches yet." : localSentence(view);
  if (troubles.length === 0)
    return { state: total.viewers === 0 ? "waiting" : "good", text: local };
  const grave = silent.length > 0 || view.edges.some(({ standing }) => standing === "silent");
  return { state: grave ? "trouble" : "watch", text: `${capital(troubles.join("; "))}. ${local}` };
}

function withoutMaps({ directors }: Judged): NetworkView["verdict"] {
  const waiting = directors.every(({ problem }) => problem === "not asked yet");
  if (waiting) return { state: "waiting", text: "Asking the directors for their maps." };
  return { state: "trouble", text: "No director tells where viewers are." };
}

function localSentence({ local, classes }: Judged): string {
  const percent = (value: number | null): string => `${Math.round(100 * (value ?? 0))} %`;
  const transit = classes.find((part) => part.class === "transit")?.viewers ?? 0;
  const far = transit > 0 ? `; ${count(transit, "viewer")} over transit` : "; nobody over transit";
  return `${percent(local.viewers)} of viewers and ${percent(local.mbps)} of bytes are local${far}.`;
}

function edgesThat({ edges }: Judged, standing: "silent" | "slow" | "full"): string[] {
  const some = edges.filter((edge) => edge.standing === standing);
  if (some.length === 0) return [];
  if (some.length > 3) return [`${some.length} edges are ${standing}`];
  const names = some.map(({ id }) => id).join(", ");
  return [`edge${some.length === 1 ? "" : "s"} ${names} ${is(some.length)} ${standing}`];
}

function exchangesAway({ exchanges, pnis }: Judged): string[] {
  const ports = exchanges.flatMap(({ ports: all }) => all).filter(({ up }) => !up).length;
  const down = pnis.filter(({ up }) => !up).length;
  return [
    ...(ports > 0 ? [`${count(ports, "port")} ${is(ports)} down`] : []),
    ...(down > 0 ? [`${count(down, "PNI")} ${is(down)} down`] : []),
  ];
}

const count = (value: number, noun: string): string =>
  `${value.toLocaleString("en-GB")} ${noun}${value === 1 ? "" : "s"}`;
const is = (value: number): string => (value === 1 ? "is" : "are");
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
