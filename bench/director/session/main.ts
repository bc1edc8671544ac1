// The director's own process: the Italian scenario, on any free port, believing the client about addresses.
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { readItaly, startDirector } from "#director";

/** Far above what a core answers: here nothing is to be shed. */
const REQUESTS_PER_S = 1_000_000;

const director = await startDirector(
  {
    port: 0,
    channel: "live",
    edges: [],
    exchanges: [],
    networks: [],
    model: readItaly().model,
    requestsPerS: REQUESTS_PER_S,
    trustedForwarders: ["127.0.0.0/8"],
  },
  { clock: systemClock, log: silentLog },
);
process.once("disconnect", () => void director.close().finally(() => process.exit()));
process.send?.({ url: director.url });
