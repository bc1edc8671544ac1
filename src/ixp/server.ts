// The exchange's doors on HTTP.
import { type ControlOptions, type ControlServer, controlServer } from "#control";
import type { Exchange } from "#protocol";

/** What the doors show. */
export interface ServerParts extends Pick<ControlOptions, "status" | "metrics" | "log"> {
  readonly exchange: () => Exchange;
}

/** An unstarted server; the caller listens and closes. */
export function ixpServer({ exchange, ...shown }: ServerParts): ControlServer {
  const server = controlServer({ role: "exchange", ...shown });
  server.app.get("/exchange", () => exchange());
  return server;
}
