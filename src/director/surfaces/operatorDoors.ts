// The doors for edges and operators.
import { bodyText } from "#control";
import { heartbeatSchema, parseJson, steeringOverSchema } from "#protocol";
import type { FastifyInstance } from "fastify";
import type { Director } from "../director.ts";
import type { PlayerDesk } from "./desk.ts";
import { field, shedding } from "./playerDoors.ts";

export function addOperatorDoors(
  app: FastifyInstance,
  { director, desk }: { director: Director; desk: PlayerDesk },
): void {
  app.post("/heartbeat", (request, reply) => {
    const answer = director.hear(parseJson("heartbeat", heartbeatSchema, bodyText(request)));
    return answer ?? reply.code(204).send();
  });
  app.get("/state", () => director.state());
  app.get("/map", () => director.map());
  app.get("/explain", (request, reply) =>
    shedding(reply, () => {
      // A decision with all its sentences costs as much as many without.
      desk.admit("arriving", request.ip);
      return director.explain(field(request, "ip") ?? request.ip, field(request, "session"));
    }),
  );
  app.put("/steering", (request, reply) => {
    const { over } = parseJson("steering", steeringOverSchema, bodyText(request));
    desk.over = over;
    return reply.code(204).send();
  });
}
