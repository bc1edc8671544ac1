import { catalogue } from "#base";

export const linkErrors = catalogue("link", {
  "port-taken": {
    kind: "world",
    says: "Port {port} of {host} is taken by another process.",
    cure: "Stop that process (ss -ltnp shows it) or choose another port.",
  },
  "cannot-listen": {
    kind: "world",
    says: "Cannot relay on {host} port {port}: {why}.",
    cure: "Check that the address belongs to this machine.",
  },
});
