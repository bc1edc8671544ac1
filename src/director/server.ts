// The director's doors on HTTP.
import { type ControlOptions, type ControlServer, controlServer } from "#control";
import type { Director } from "./director.ts";
import { BODY_LIMIT } from "./limits.ts";
import type { PlayerDesk } from "./surfaces/desk.ts";
import { addOperatorDoors } from "./surfaces/operatorDoors.ts";
import { addPlayerDoors } from "./surfaces/playerDoors.ts";

/** What the doors need beside the director itself. */
export interface ServerParts extends Pick<
  ControlOptions,
  "status" | "metrics" | "log" | "trustedForwarders"
> {
  readonly director: Director;
  readonly desk: PlayerDesk;
}

/** An unstarted server; the caller listens and closes. */
export function directorServer({ director, desk, ...shown }: ServerParts): ControlServer {
  const server = controlServer({
    role: "director",
    bodyLimit: BODY_LIMIT,
    methods: ["GET", "HEAD", "POST"],
    ...shown,
  });
  addPlayerDoors(server.app, desk);
  addOperatorDoors(server.app, { director, desk });
  return server;
}
