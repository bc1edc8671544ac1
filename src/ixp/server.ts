// The exchange's doors on HTTP.
import { type ControlOptions, type ControlServer, controlServer } from "#control";
import type { Exchange } from "#protocol";

/** What the doors show. */
export interface ServerParts extends Pick<ControlOptions, "status" | "metrics" | "log"> {
  readonly exchange: () => Exchange;
  /** The members as an IX-F Member Export. */
  readonly ixf: () => object;
}

/** An unstarted server; the caller listens and closes. */
export function ixpServer({ exchange, ixf, ...shown }: ServerParts): ControlServer {
  const server = controlServer({ role: "exchange", ...shown });
  server.app.get("/exchange", () => exchange());
  server.app.get("/ixf", () => ixf());
  return server;
}
