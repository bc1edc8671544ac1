// The director's doors on HTTP. Thin: each route reads the request, asks the director, writes the answer.
import { bodyText, type ControlOptions, type ControlServer, controlServer } from "#control";
import { heartbeatSchema, parseJson } from "#protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Director } from "./director.ts";
import { BODY_LIMIT, NAME_LENGTH_LIMIT } from "./limits.ts";
import { parseAddress } from "#network";
import {
  currentPathway,
  pathwayField,
  steeringContentType,
  steeringManifest,
  steeringProtocols,
} from "./steering.ts";

/** What the doors need beside the director itself. */
export interface ServerParts extends Pick<
  ControlOptions,
  "status" | "metrics" | "log" | "trustedForwarders"
> {
  readonly director: Director;
  /** Where players find the director, without a slash at the end; asked at each session, since a port may be learned late. */
  readonly base: () => string;
}

/** An unstarted server; the caller listens and closes. */
export function directorServer({ director, base, ...shown }: ServerParts): ControlServer {
  const server = controlServer({
    role: "director",
    bodyLimit: BODY_LIMIT,
    methods: ["GET", "HEAD", "POST"],
    ...shown,
  });
  addPlayerDoors(server.app, { director, base });
  addOperatorDoors(server.app, director);
  return server;
}

function addPlayerDoors(
  app: FastifyInstance,
  { director, base }: Pick<ServerParts, "director" | "base">,
): void {
  app.get("/session", (request) =>
    director.session(field(request, "channel") ?? "", request.ip, base()),
  );
  for (const protocol of steeringProtocols) {
    app.get(`/steer/${protocol}`, (request, reply) => {
      const session = field(request, "session");
      const named = session !== undefined && sessionForm.test(session);
      const { ranked, cohort } = director.poll({
        address: parseAddress(request.ip),
        viewer: named ? session : request.ip,
        current: currentPathway(field(request, pathwayField[protocol]), director.edgeIds),
      });
      const manifest = steeringManifest(protocol, {
        ranked: ranked.map(({ edge }) => edge),
        target: director.targetOf(cohort),
        reloadUri: `/steer/${protocol}${named ? `?session=${session}` : ""}`,
      });
      return reply.type(steeringContentType[protocol]).send(JSON.stringify(manifest));
    });
  }
}

function addOperatorDoors(app: FastifyInstance, director: Director): void {
  app.post("/heartbeat", (request, reply) => {
    const answer = director.hear(parseJson("heartbeat", heartbeatSchema, bodyText(request)));
    return answer ?? reply.code(204).send();
  });
  app.get("/state", () => director.state());
  app.get("/map", () => director.map());
  app.get("/explain", (request) => {
    const text = field(request, "ip") ?? request.ip;
    return director.explain(text, field(request, "session") ?? text);
  });
}

const sessionForm = new RegExp(`^[\\w-]{1,${NAME_LENGTH_LIMIT}}$`);

/** One field of the query; the first, when it is repeated. */
function field(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Record<string, string | string[] | undefined>;
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}
