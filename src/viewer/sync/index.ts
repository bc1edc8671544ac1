// The common moment: a clock, a target, a timeline and a controller for any player. Imports nothing; see README.md here.
export { CaptureTimeline } from "./captureTimeline.ts";
export { type DeviceProfile, deviceProfiles } from "./deviceProfile.ts";
export {
  type Exchange,
  type ExchangeOutcome,
  type ExchangeRefusal,
  exchangeRefusals,
} from "./exchange.ts";
export type { Action, Reading } from "./reading.ts";
export { SyncClock } from "./syncClock.ts";
export { SyncController, type SyncState } from "./syncController.ts";
export type { SyncKind } from "./syncState.ts";
export {
  acceptTarget,
  targetAt,
  type TargetPlan,
  type TargetRefusal,
  targetRefusals,
} from "./targetPlan.ts";
