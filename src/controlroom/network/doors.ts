// The network view's doors: the view, the view as it changes, and where an address would go.
import type { FastifyInstance } from "fastify";
import { LIVE_LISTENERS_LIMIT, type LiveStream } from "#telemetry";
import { controlRoomErrors } from "../errors.ts";
import { ADDRESS_LENGTH_LIMIT } from "../limits.ts";
import type { NetworkRoom } from "./room.ts";
import type { Explained } from "./view.ts";

/** Opens `GET /network`, `/network/live` and `/network/explain?ip=`. */
export function openNetwork(
  app: FastifyInstance,
  { network, live }: { network: NetworkRoom; live: LiveStream },
): void {
  app.get("/network", () => network.view);
  app.get("/network/live", (_request, reply) => {
    if (!live.add(reply.raw, network.view))
      throw controlRoomErrors.make("too-many-listeners", { limit: LIVE_LISTENERS_LIMIT });
    reply.hijack();
  });
  app.get("/network/explain", (request): Promise<Explained> => {
    const { ip } = request.query as { ip?: string | string[] };
    const asked = (Array.isArray(ip) ? ip[0] : ip) || request.ip;
    return network.explain(asked.slice(0, ADDRESS_LENGTH_LIMIT));
  });
}
