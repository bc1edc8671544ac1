// The edge's one door.
export { type EdgeHandle, type EdgeOptions, startEdge } from "./edge.ts";
export { edgeErrors } from "./errors.ts";
export { type Reason, reasons } from "./reasons.ts";
export { DRAIN_LIMIT_MS } from "./supervisor/limits.ts";
export { type ChildMessage, inheritedSockets, readDrain } from "./supervisor/messages.ts";
export { startSupervisor } from "./supervisor/supervisor.ts";
