// The access network's doors on HTTP.
import { bodyText, type ControlOptions, type ControlServer, controlServer } from "#control";
import { type Network, networkSchema, parseJson } from "#protocol";

/** `PUT /limit`: the most that the network wants delivered from now on, Mb/s; null: no limit. */
const limitSchema = networkSchema.pick({ v: true, limitMbps: true });

/** What the doors show and change. */
export interface ServerParts extends Pick<ControlOptions, "status" | "metrics" | "log"> {
  readonly network: () => Network;
  readonly setLimit: (limitMbps: number | null) => void;
}

/** An unstarted server; the caller listens and closes. */
export function ispServer({ network, setLimit, ...shown }: ServerParts): ControlServer {
  // PUT is not among its methods for pages: none that an operator happens to visit may change the limit.
  const server = controlServer({ role: "network", ...shown });
  server.app.get("/network", () => network());
  server.app.put("/limit", (request, reply) => {
    setLimit(parseJson("limit", limitSchema, bodyText(request)).limitMbps);
    return reply.code(204).send();
  });
  return server;
}
