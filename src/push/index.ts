// Push notifications (RFC 8030) for those who are not watching: each cue when their cohort has seen it.
export { type PushHandle, type PushOptions, startPush } from "./serve.ts";
