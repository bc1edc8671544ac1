// The access network's doors on HTTP.
import { bodyText, type ControlOptions, type ControlServer, controlServer } from "#control";
import { noneMatchNames } from "#http";
import { ADVERTISEMENT_TYPE } from "#network/cdni";
import { type Network, networkSchema, parseJson } from "#protocol";
import type { NetworkContract, NetworkLimits } from "./contract.ts";
import { CONTRACT_BODY_LIMIT } from "./limits.ts";

/**
 * `PUT /limit`: the most that the network wants from now on, Mb/s, delivered in all (`limitMbps`) or by its own caches
 * (`cachesMbps`); null: no limit. What is left out stays as it is; one of them has to be there.
 */
const limitSchema = networkSchema
  .pick({ v: true, limitMbps: true })
  .extend({ cachesMbps: networkSchema.shape.limitMbps })
  .partial({ limitMbps: true, cachesMbps: true })
  .refine(({ limitMbps, cachesMbps }) => limitMbps !== undefined || cachesMbps !== undefined, {
    message: "give limitMbps, cachesMbps or both",
  });

/** What the doors show and change. */
export interface ServerParts extends Pick<ControlOptions, "status" | "metrics" | "log"> {
  readonly network: () => Network;
  readonly contract: NetworkContract;
  readonly limit: (limits: Partial<NetworkLimits>) => void;
}

/** An unstarted server; the caller listens and closes. */
export function ispServer({ network, contract, limit, ...shown }: ServerParts): ControlServer {
  // PUT is not among its methods for pages: none that an operator happens to visit may change limit or contract.
  const server = controlServer({ role: "network", ...shown });
  server.app.get("/network", () => network());
  server.app.put("/limit", (request, reply) => {
    const { limitMbps, cachesMbps } = parseJson("limit", limitSchema, bodyText(request));
    limit({
      ...(limitMbps !== undefined && { limitMbps }),
      ...(cachesMbps !== undefined && { cachesMbps }),
    });
    return reply.code(204).send();
  });
  server.app.get("/cdni", (request, reply) => {
    const { text, etag } = contract.advertised;
    // Kept, but asked for each time: a new limit holds within seconds (RFC 9111 5.2.2.4).
    reply.header("etag", etag).header("cache-control", "no-cache");
    if (noneMatchNames(request.headers["if-none-match"], etag)) return reply.code(304).send();
    return reply.type(ADVERTISEMENT_TYPE).send(text);
  });
  server.app.put("/cdni", { bodyLimit: CONTRACT_BODY_LIMIT }, (request, reply) => {
    contract.put(bodyText(request), "PUT");
    return reply.code(204).send();
  });
  return server;
}
