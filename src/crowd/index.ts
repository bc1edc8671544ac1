// A crowd of live viewers on sockets: it comes as crowds come, checks what it gets, and reports by network.
export { type Crowd, type CrowdContext, startCrowd } from "./crowd.ts";
export { crowdErrors } from "./errors.ts";
export { type CrowdReport } from "./report/report.ts";
export { type CrowdNetwork, type CrowdSettings, crowdSettingsSchema } from "./settings.ts";
