// Pages of any origin may read what a role shows (WHATWG Fetch 3.2), and only they whose method is named may change it.
import type { FastifyInstance } from "fastify";
import { PREFLIGHT_AGE_S } from "./limits.ts";

/** A method that pages of other origins may use. */
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** Heads of every answer, refusals too: open to every page, with its timing. */
export const openHeaders = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Retry-After",
  "timing-allow-origin": "*",
} as const;

/** Answers every OPTIONS as a pre-flight (Fetch 4.8), and opens every other answer. */
export function openToPages(app: FastifyInstance, methods: readonly Method[]): void {
  const preflight = {
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": "Content-Type",
    "access-control-max-age": String(PREFLIGHT_AGE_S),
  };
  app.addHook("onRequest", (request, reply, next) => {
    reply.headers(openHeaders);
    if (request.method !== "OPTIONS") return next();
    reply.headers(preflight).code(204).send();
  });
}
