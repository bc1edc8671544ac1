// Lines that no party of the match owns: the broadcaster's contribution, the CDN's own fill.
import { Scope } from "#base";
import { startRelay } from "#link";
import type { RoleContext, RoleOptions, RunningRole } from "./roles.ts";

/** Starts every relay of `options`; `url` is the first one's. */
export async function startLines(
  options: RoleOptions<"link">,
  context: RoleContext,
): Promise<RunningRole> {
  const scope = new Scope();
  let url = "";
  try {
    for (const { listen, target, links } of options.relays ?? []) {
      const relay = scope.own(await startRelay({ listen, target, links }, context));
      url ||= relay.url;
    }
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  return { url, close: () => scope.close() };
}
