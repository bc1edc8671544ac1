// What roles say to one another. Schemas are zod; each message has one file.
export {
  type Exchange,
  exchangeSchema,
  type LinkDeclaration,
  linkSchema,
  type Network,
  networkSchema,
} from "./carriers.ts";
export { protocolErrors } from "./errors.ts";
export { type Heartbeat, heartbeatSchema } from "./heartbeat.ts";
export {
  type CarrierHop,
  type Hop,
  type HopName,
  hopNames,
  type Hops,
  HOPS_PER_MESSAGE_LIMIT,
  hopsSchema,
  type MediaHop,
} from "./hops.ts";
export { type Match, matchSchema, type ProfileName, profileNames } from "./match.ts";
export { parseJson, parseMessage } from "./parse.ts";
export {
  initPath,
  mainPlaylistPath,
  type MediaObject,
  mpdPath,
  parseMediaPath,
  partPath,
  playlistPath,
  segmentPath,
} from "./paths.ts";
export { type PathClass, pathClasses, type Session, sessionSchema } from "./session.ts";
export {
  type DirectorState,
  directorStateSchema,
  type Spread,
  type Summary,
  summarySchema,
} from "./state.ts";
export {
  type DashSteering,
  dashSteeringSchema,
  type HlsSteering,
  hlsSteeringSchema,
} from "./steering.ts";
export { PROTOCOL_VERSION } from "./version.ts";
