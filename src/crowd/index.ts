// A crowd of live viewers on sockets: it comes as crowds come, checks what it gets, and reports by network.
export { type Crowd, startCrowd } from "./crowd.ts";
export { crowdErrors } from "./errors.ts";
export { plannedJoins } from "./plan/plan.ts";
export { pageOf } from "./report/page/page.ts";
export { PICTURE_WIDTH, progressLine, progressLines } from "./report/progress.ts";
export { type CrowdReport } from "./report/report.ts";
export { textOf } from "./report/text.ts";
export { type CrowdLimits, failures } from "./report/verdict.ts";
export { type CrowdNetwork, type CrowdSettings, crowdSettingsSchema } from "./settings.ts";
export { type CrowdProtocol, crowdProtocols } from "./viewer/types.ts";
