// The doors for players. Thin: each reads the request, asks the desk, writes the answer.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { mainPlaylistPath, mpdPath } from "#protocol";
import { type PlayerDesk, retryAfterOf } from "./desk.ts";
import { steeringContentType } from "./manifest.ts";
import { playerFields, steeringProtocols } from "./playerWords.ts";

/** Where players ask for what, with any channel. */
const documents = { hls: mainPlaylistPath(":channel"), dash: mpdPath(":channel") } as const;

export function addPlayerDoors(app: FastifyInstance, desk: PlayerDesk): void {
  app.get("/session", (request, reply) =>
    shedding(reply, () => desk.session(field(request, "channel") ?? "", request.ip)),
  );
  for (const protocol of steeringProtocols) {
    app.get(`/steer/${protocol}`, (request, reply) => {
      const { pathway, throughput } = playerFields[protocol];
      const manifest = shedding(reply, () =>
        desk.steer(protocol, {
          ip: request.ip,
          session: field(request, "session"),
          channel: field(request, "channel") ?? null,
          pathway: field(request, pathway),
          throughput: field(request, throughput),
        }),
      );
      return reply.type(steeringContentType[protocol]).send(JSON.stringify(manifest));
    });
    app.get(documents[protocol], (request, reply) => {
      const { channel } = request.params as { channel: string };
      const query = /\?.*$/.exec(request.url)?.[0] ?? "";
      const url = shedding(reply, () =>
        desk.redirect(protocol, { channel, ip: request.ip, query }),
      );
      return reply.redirect(url, 302);
    });
  }
}

/** Runs what may be refused because too much is asked; then the answer says when to come again (RFC 9110 10.2.3). */
export function shedding<Answer>(reply: FastifyReply, answer: () => Answer): Answer {
  try {
    return answer();
  } catch (failure) {
    const retryAfterS = retryAfterOf(failure);
    if (retryAfterS !== null) reply.header("retry-after", String(retryAfterS));
    throw failure;
  }
}

/** One field of the query; the first, when it is repeated. */
export function field(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Record<string, string | string[] | undefined>;
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}
