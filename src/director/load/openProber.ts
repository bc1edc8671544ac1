// The prober on the wire.
import { randomBytes } from "node:crypto";
import { chanceOf, type Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { HttpClient } from "#http";
import type { Director } from "../director.ts";
import { httpProbe } from "./askEdge.ts";
import { PLAYLIST_BYTES_LIMIT, PROBE_TIMEOUT_MS } from "./limits.ts";
import { Prober } from "./prober.ts";

/** Begins to probe all edges of `director`. Connections are kept between probes: a first byte is no handshake. */
export function openProber(
  director: Director,
  { scope, clock, log }: { scope: Scope; clock: Clock; log: Log },
): Prober {
  const limits = {
    connectTimeoutMs: PROBE_TIMEOUT_MS,
    headTimeoutMs: PROBE_TIMEOUT_MS,
    idleTimeoutMs: PROBE_TIMEOUT_MS,
    fetchBytes: PLAYLIST_BYTES_LIMIT,
  };
  const client = scope.own(new HttpClient({ clock, log }, limits));
  return scope.own(
    new Prober({
      edges: director.topology.edges,
      ask: httpProbe({ client, clock, channel: director.channel }),
      found: (edge, probe) => director.probed(edge, probe),
      clock,
      chance: chanceOf(randomBytes(4).readUInt32BE(0)),
    }),
  );
}
