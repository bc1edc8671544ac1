// Whether viewers can come from where they are meant to come from.
import { createServer } from "node:net";
import { crowdErrors } from "../errors.ts";
import { AddressRange } from "../plan/addresses.ts";
import type { CrowdNetwork } from "../settings.ts";

/** Tries the first source address of each network. Rejects with crowd/no-address-here. */
export async function checkAddresses(networks: readonly CrowdNetwork[]): Promise<void> {
  for (const { name, prefix } of networks) {
    if (prefix === null) continue;
    const address = new AddressRange(prefix).at(0);
    const why = await troubleAt(address);
    if (why !== null) throw crowdErrors.make("no-address-here", { network: name, address, why });
  }
}

/** Null when this machine has `address`. */
function troubleAt(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (failure) => resolve(failure.message));
    probe.listen({ host: address, port: 0 }, () => probe.close(() => resolve(null)));
  });
}
