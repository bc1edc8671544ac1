// The page's configuration: in the page itself, or asked for when another server than ours serves it.
import { parseWatchConfig, type WatchConfig } from "../config.ts";

/** Reads it. Rejects with `viewer/bad-config`, or as `fetch` does. */
export async function readConfig(): Promise<WatchConfig> {
  const carried: unknown = JSON.parse(document.getElementById("config")?.textContent || "null");
  if (carried !== null) return parseWatchConfig(carried);
  const answer = await fetch("./config.json", { cache: "no-store" });
  return parseWatchConfig(await answer.json());
}
