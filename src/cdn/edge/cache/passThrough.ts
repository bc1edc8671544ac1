// Requests that are not cached: sent through, and what they change is forgotten (RFC 9110 9.2.1, RFC 9111 4.4).
import type { Clock } from "#base/clock";
import type { BodyStream, HeaderList, HttpReply, HttpRequest, ReceivedHeaders } from "#http";
import { refuse } from "../delivery/waiter.ts";
import { edgeErrors } from "../errors.ts";
import { PASSED_LIMIT } from "./limits.ts";
import type { Tally } from "../reasons.ts";
import type { Supply } from "../supply.ts";
import { cacheStatus } from "./cacheStatus.ts";
import { readHead } from "./objectHead.ts";
import { askedOf, passedFields } from "./requestFields.ts";

/** Methods that change nothing (RFC 9110 9.2.1). */
const safe = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** What passing stands on. */
export interface PassParts {
  readonly id: string;
  readonly supply: Supply;
  readonly tally: Tally;
  readonly clock: Clock;
  /** Forgets the object of this path and query. */
  readonly invalidate: (path: string, query: string) => void;
}

export class PassThrough {
  readonly #parts: PassParts;
  #underWay = 0;

  constructor(parts: PassParts) {
    this.#parts = parts;
  }

  /** Sends the request on, its body as it comes, and its answer back. */
  pass(request: HttpRequest, reply: HttpReply): void {
    const { id, supply, tally } = this.#parts;
    if (this.#underWay >= PASSED_LIMIT) {
      tally.count("busy");
      return refuse(reply, edgeErrors.make("busy", { edge: id }));
    }
    tally.count("passed");
    this.#underWay++;
    let over = false;
    const end = (): void => {
      if (!over) this.#underWay--;
      over = true;
    };
    const askedAt = this.#parts.clock.monotonic();
    let body: BodyStream | null = null;
    const pending = supply.pass(request, passedFields(request, id), {
      head: (status, headers) => {
        if (status < 400 && !safe.has(request.method)) this.#invalidate(request, headers);
        body = reply.stream(status, this.#fields(request, { status, headers }, askedAt));
      },
      data: (bytes) => body?.write(bytes),
      chunkEnd: () => undefined,
      end: () => {
        end();
        body?.end();
      },
      fail: (cause) => {
        end();
        tally.count(body ? "upstreamBroke" : "upstreamDown");
        if (body) return body.abort();
        const slow = "status" in cause && cause.status === 504;
        const facts = { edge: id, why: cause.message };
        refuse(reply, edgeErrors.make(slow ? "upstream-slow" : "upstream-down", facts, cause));
      },
    });
    reply.onGone(() => {
      end();
      tally.count("viewerGone");
      pending.abort();
    });
  }

  #fields(
    request: HttpRequest,
    { status, headers }: { status: number; headers: ReceivedHeaders },
    askedAt: ReturnType<Clock["monotonic"]>,
  ): HeaderList {
    const { clock, id } = this.#parts;
    const now = clock.monotonic();
    const asked = askedOf(request, true);
    const arrival = { askedAt, receivedAt: now, receivedUtc: clock.utc(), asked, edge: id };
    const head = readHead(status, headers, arrival);
    const length: HeaderList =
      head.length === null ? [] : [["Content-Length", String(head.length)]];
    return [...head.fields, cacheStatus(id, "passed", { head, now }), ...length];
  }

  /** The target, and what Location and Content-Location name at the same place (RFC 9111 4.4). */
  #invalidate(request: HttpRequest, headers: ReceivedHeaders): void {
    const { invalidate } = this.#parts;
    invalidate(request.path, request.query);
    const base = `http://${request.headers.get("host") ?? "localhost"}`;
    for (const name of ["location", "content-location"]) {
      const value = headers.get(name);
      const url = value === undefined ? null : URL.parse(value, base + request.target);
      if (url && url.host === URL.parse(base)?.host)
        invalidate(url.pathname, url.search.replace(/^\?/, ""));
    }
  }
}
