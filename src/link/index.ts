// A link with a declared delay and rate, and the TCP relay that stands for it.
export { linkErrors } from "./errors.ts";
export {
  INTERFACE_NAME,
  InterfaceMeter,
  INTERFACES_FOLDER,
  type InterfaceTotals,
} from "./interface.ts";
export { Link, type Way } from "./link.ts";
export { CONNECTIONS_LIMIT, LINK_QUEUE_MS, WINDOW_BYTES } from "./limits.ts";
export { type Relay, type RelayOptions, startRelay } from "./relay.ts";
