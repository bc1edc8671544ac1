// The edge's one door.
export { type EdgeHandle, type EdgeOptions, startEdge } from "./edge.ts";
export { edgeErrors } from "./errors.ts";
export { type Reason, reasons } from "./reasons.ts";
