// The push role on its socket: phones subscribe, cues are followed for their cohorts, notifications go out.
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { bodyText, controlServer } from "#control";
import { HttpClient } from "#http";
import type { Cue } from "#protocol";
import { metricsOf } from "#telemetry";
import { Sender } from "./deliver.ts";
import { checkEndpoint } from "./endpoint.ts";
import { CohortFollower, type FollowerCounters } from "./follower.ts";
import { NEWS_MS, SUBSCRIPTION_BYTES_LIMIT } from "./limits.ts";
import { notificationOf } from "./notification.ts";
import { Outbox } from "./outbox.ts";
import { pushedKinds, readEnding, readSubscription } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Vapid, vapidKeys } from "./vapid.ts";

/** How to run the push role. */
export interface PushOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The address to listen on; default 127.0.0.1. */
  readonly host?: string;
  readonly channel: string;
  /** Edges whose gated streams are followed, the best first. */
  readonly edges: readonly string[];
  /** Where the keys and the subscriptions are kept. */
  readonly folder: string;
  /** A mailto: or https: URL, told to push services. */
  readonly contact: string;
  /** How long a notification is worth sending, s. */
  readonly ttlS: number;
  /** Whether endpoints may lie in private networks: for tests. */
  readonly allowPrivate: boolean;
  /** Authorities for push services besides Node's own, PEM; default none. */
  readonly ca?: string;
}

export interface PushHandle extends Closable {
  readonly url: string;
}

/**
 * Starts it: `GET /key`, `POST /subscriptions`, `DELETE /subscriptions`, `/status`, `/metrics`. Rejects with
 * `push/keys-unreadable`, `push/subscriptions-unreadable` or `control/cannot-listen`.
 */
export async function startPush(
  options: PushOptions,
  context: { clock: Clock; log: Log },
): Promise<PushHandle> {
  const scope = new Scope();
  try {
    const room = await openRoom(options, context, scope);
    const server = scope.own(
      controlServer({
        role: "push role",
        log: context.log,
        bodyLimit: SUBSCRIPTION_BYTES_LIMIT,
        methods: ["GET", "HEAD", "POST", "DELETE"],
        status: () => ({
          role: "push",
          channel: options.channel,
          ...room.gauges(),
          ...room.counters(),
        }),
        metrics: metricsOf("push", room),
      }),
    );
    openDoors(server.app, room, options);
    const url = await server.listen(options);
    context.log.info({ url, edges: options.edges }, "the push role listens");
    return { url, close: () => scope.close() };
  } catch (failure) {
    await scope.close();
    throw failure;
  }
}

type PushRoom = Awaited<ReturnType<typeof openRoom>>;

/** Everything behind the doors; owned by `scope`, in the order in which it has to end. */
async function openRoom(
  options: PushOptions,
  { clock, log }: { clock: Clock; log: Log },
  scope: Scope,
) {
  const { channel, edges, folder, contact, ttlS, allowPrivate } = options;
  const keys = vapidKeys(join(folder, "vapid.json"));
  const vapid = new Vapid(keys, contact, clock);
  const sender = scope.own(new Sender({ vapid, clock, allowPrivate, ca: options.ca ?? null }));
  const client = scope.own(new HttpClient({ clock, log }));
  const streams: FollowerCounters = { cues: 0, again: 0, malformed: 0, missed: 0, breaks: 0 };
  const other = { notPushed: 0, stale: 0 };
  const followers = new Map<string, CohortFollower>();
  const outbox = new Outbox({
    clock,
    log,
    ttlS,
    send: (to, what, ttlS) => sender.send(to, what, ttlS),
    gone: ({ endpoint }) => subscriptions.remove(endpoint),
  });
  const released = (cohort: string, cue: Cue): void => {
    if (!pushedKinds.some((kind) => kind === cue.kind)) other.notPushed += 1;
    else if (clock.utc() - cue.mediaTimeMs > NEWS_MS) other.stale += 1;
    else outbox.add(notificationOf(channel, cue), subscriptions.of(cohort, cue.kind, clock.utc()));
  };
  const onCohort = (cohort: string, wanted: boolean): void => {
    void followers.get(cohort)?.close();
    followers.delete(cohort);
    if (!wanted) return;
    const following = { edges, channel, cohort, client, clock, log };
    const follower = { ...following, released: (cue: Cue) => released(cohort, cue) };
    followers.set(cohort, new CohortFollower(follower, streams));
  };
  const subscriptions: Subscriptions = scope.own(
    await Subscriptions.open({ file: join(folder, "subscriptions.jsonl"), clock, log, onCohort }),
  );
  scope.own(outbox);
  scope.defer(async () => {
    for (const follower of followers.values()) await follower.close();
  });
  return {
    publicKey: keys.publicKey,
    subscriptions,
    counters: () => ({ ...streams, ...other, ...outbox.counters }),
    gauges: () => ({
      subscriptions: subscriptions.size,
      cohorts: subscriptions.cohorts.length,
      waiting: outbox.waiting,
    }),
  };
}

function openDoors(app: FastifyInstance, room: PushRoom, options: PushOptions): void {
  app.get("/key", () => ({ v: 1, publicKey: room.publicKey }));
  app.post("/subscriptions", (request, reply) => {
    const subscription = readSubscription(bodyText(request));
    checkEndpoint(subscription.endpoint, options);
    room.subscriptions.add(subscription);
    const { cohort, kinds } = subscription;
    return reply.code(201).send({ v: 1, cohort, kinds: kinds ?? pushedKinds });
  });
  app.delete("/subscriptions", (request, reply) => {
    room.subscriptions.remove(readEnding(bodyText(request)));
    return reply.code(204).send();
  });
}
