// How every role but the data plane's stands on HTTP: one server with one set of manners.
export { bodyText, type ControlServer, controlServer, type ControlOptions } from "./server.ts";
