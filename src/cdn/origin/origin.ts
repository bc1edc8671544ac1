// Starts the origin: one part store, a publishing point that fills it, and everything that answers from it.
import { Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { type HttpServer, serve } from "#http";
import { standardGrid } from "#media/grid";
import { createIngest, PartStore } from "#packager";
import { assembleOrigin } from "./assembly.ts";
import type { OriginHandle, OriginOptions } from "./options.ts";

/**
 * Listens, and takes media in at once. Rejects with `http/port-taken` or `http/cannot-listen`.
 * Closing ends what is held and what grows, then the connections.
 */
export async function startOrigin(
  options: OriginOptions,
  context: { clock: Clock; log: Log },
): Promise<OriginHandle> {
  const scope = new Scope();
  let server: HttpServer | null = null;
  // Closed last: by then nothing is held any more, and connections are idle.
  scope.defer(() => server?.close());
  const { channel, host, port } = options;
  const store = scope.own(new PartStore({ channel, grid: standardGrid }, context));
  const ingest = scope.own(createIngest({ stores: [store] }, context));
  const foundations = {
    store,
    ingest: ingest.handle,
    ingestCounters: () => ({ ...ingest.counters }),
    server: () => server,
  };
  const { handler } = scope.own(assembleOrigin(foundations, options, context));
  try {
    server = await serve({ port, handler, ...(host === undefined ? {} : { host }) }, context);
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  const { url } = server;
  context.log.info({ url, channel }, "origin listens");
  return { url, close: () => scope.close() };
}
