// The roles that can run alone: what each is for and how it starts; their options: roleOptions.ts. One table feeds the
// command line, its help, the checks of options and the processes of a match.
import type { z } from "zod";
import type { Closable } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { schemas } from "./roleOptions.ts";

export interface RoleContext {
  clock: Clock;
  log: Log;
}

/** A role that listens. */
export interface RunningRole extends Closable {
  readonly url: string;
}

export type RoleName = keyof typeof schemas;
export type RoleOptions<Name extends RoleName> = z.input<(typeof schemas)[Name]>;
type CheckedOptions<Name extends RoleName> = z.output<(typeof schemas)[Name]>;

/** A row of the table. */
export interface Role<Name extends RoleName = RoleName> {
  readonly purpose: string;
  readonly schema: (typeof schemas)[Name];
  start(options: CheckedOptions<Name>, context: RoleContext): Promise<RunningRole>;
}

// Each room is loaded only by the process that runs it.
export const roles: { readonly [Name in RoleName]: Role<Name> } = {
  broadcaster: {
    purpose: "takes the signal, encodes the ladder on the epoch grid, pushes it to the origin",
    schema: schemas.broadcaster,
    start: async (options, context) =>
      (await import("#broadcaster")).startBroadcaster(options, context),
  },
  origin: {
    purpose: "packages parts as they are made and answers LL-HLS and LL-DASH from one store",
    schema: schemas.origin,
    start: async (options, context) => (await import("#origin")).startOrigin(options, context),
  },
  edge: {
    purpose: "asks upstream once, streams to every viewer as the bytes come",
    schema: schemas.edge,
    start: async (options, context) => (await import("#edge")).startEdge(options, context),
  },
  ixp: {
    purpose: "an exchange: members, ports and their measured load",
    schema: schemas.ixp,
    start: async (options, context) => (await import("#ixp")).startIxp(options, context),
  },
  isp: {
    purpose: "an access network: footprint, limits, and the access link itself",
    schema: schemas.isp,
    start: async (options, context) => (await import("#isp")).startIsp(options, context),
  },
  director: {
    purpose: "sends each viewer to an edge, and says why",
    schema: schemas.director,
    start: async (options, context) => (await import("#director")).startDirector(options, context),
  },
  telemetry: {
    purpose: "collects hop stamps and viewers' reports",
    schema: schemas.telemetry,
    start: async (options, context) =>
      (await import("#telemetry/server")).startTelemetry(options, context),
  },
  watch: {
    purpose: "serves the watch page",
    schema: schemas.watch,
    start: async (options, context) => (await import("#viewer")).startWatch(options, context),
  },
  controlroom: {
    purpose: "serves the one picture for the four parties",
    schema: schemas.controlroom,
    start: async (options, context) =>
      (await import("#controlroom")).startControlRoom(options, context),
  },
  push: {
    purpose: "notifies phones that watch nothing, each when its cohort has seen it (web push)",
    schema: schemas.push,
    start: async (options, context) => (await import("#push")).startPush(options, context),
  },
  link: {
    purpose: "relays TCP with a declared delay and rate, where no party owns the line",
    schema: schemas.link,
    start: async (options, context) => (await import("./lines.ts")).startLines(options, context),
  },
};

export const roleNames = Object.keys(schemas) as RoleName[];
