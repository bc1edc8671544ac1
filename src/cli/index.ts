// A match as benches and plays start it.
export { type RunningMatch, startMatch } from "./match.ts";
export { exampleMatchFile, parseMatch, readMatchFile } from "./matchFile.ts";
export type { RoleName, RoleOptions } from "./roles.ts";
export { coresBetween, type Usage, usageOf } from "./usage.ts";
