// What roles say to one another. Schemas are zod; each message has one file.
export {
  type Exchange,
  exchangeSchema,
  type LinkDeclaration,
  linkSchema,
  type Network,
  networkSchema,
} from "./carriers.ts";
export { COHORT_LATE_MS, type Cohorts, COHORTS_LIMIT, cohortsSchema } from "./cohorts.ts";
export {
  type Cue,
  CUE_AHEAD_LIMIT_MS,
  CUE_BEHIND_LIMIT_MS,
  CUE_DATA_LIMIT,
  type CueEntry,
  cueEntryPath,
  cueEntrySchema,
  cueEnvelopeSchema,
  type CueHello,
  cueHelloSchema,
  type CueIndex,
  cueIndexPath,
  cueIndexSchema,
  type CueKind,
  cueKinds,
  type CueLoss,
  cueLossSchema,
  cuePath,
  cueSchema,
  cueStreamPath,
} from "./cues.ts";
export { protocolErrors } from "./errors.ts";
export {
  type Heartbeat,
  type HeartbeatAnswer,
  heartbeatAnswerSchema,
  heartbeatSchema,
} from "./heartbeat.ts";
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
  captionPath,
  initPath,
  mainPlaylistPath,
  type MediaObject,
  mpdPath,
  parseCaptionPath,
  parseMediaPath,
  partPath,
  playlistPath,
  segmentPath,
} from "./paths.ts";
export {
  type Explanation,
  explanationSchema,
  explanationSteps,
  type StandingName,
  standingNames,
} from "./explanation.ts";
export { type NetworkMap, networkMapSchema } from "./networkMap.ts";
export {
  asnSchema,
  type Membership,
  membershipSchema,
  type ModelEdge,
  type NetworkModel,
  networkModelSchema,
} from "./networkModel.ts";
export { type PathClass, pathClasses, pathClassTable } from "./pathClass.ts";
export { defaultPolicy, type Policy, policySchema } from "./policy.ts";
export { type Session, sessionSchema } from "./session.ts";
export { type DirectorState, directorStateSchema, type Summary, summarySchema } from "./state.ts";
export {
  type DashSteering,
  dashSteeringSchema,
  type HlsSteering,
  hlsSteeringSchema,
  type PathwayClone,
  steeringOverSchema,
} from "./steering.ts";
export { type Spread, spreadSchema } from "./spread.ts";
export { defaultSyncBounds, startOf, type SyncBounds, syncBoundsSchema } from "./sync.ts";
export {
  type Target,
  TARGET_KEY,
  TARGET_LIMITS_MS,
  TARGET_SLEW_MS_PER_S,
  targetSchema,
} from "./target.ts";
export { PROTOCOL_VERSION } from "./version.ts";
