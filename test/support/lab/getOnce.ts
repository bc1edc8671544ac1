// A client in a station, for tests: fetches one body from an address of its own, and tells its size and its time.
// Words: host, own address, path.
import { get } from "node:http";
import { elapsed } from "#base";
import { systemClock } from "#base/clock";

/** What it tells. */
export type Got = { readonly bytes: number; readonly tookMs: number } | { readonly failed: string };

const [host = "", localAddress = "", path = ""] = process.argv.slice(2);
const start = systemClock.monotonic();

function tell(got: Got): void {
  process.send?.(got);
  process.disconnect();
}

get({ host, path, localAddress }, (answer) => {
  let bytes = 0;
  answer.on("data", (part: Buffer) => (bytes += part.length));
  answer.on("end", () => tell({ bytes, tookMs: elapsed(start, systemClock.monotonic()) }));
}).on("error", (failure) => tell({ failed: failure.message }));
