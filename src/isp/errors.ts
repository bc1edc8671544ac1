import { catalogue } from "#base";

export const ispErrors = catalogue("isp", {
  "bad-option": {
    kind: "broke-rules",
    says: "The network's {option} is wrong: {problem}.",
    cure: "Correct it in the match file or on the command line.",
  },
  "bad-prefix": {
    kind: "broke-rules",
    says: "The network cannot use the prefix {prefix}: {problem}.",
    cure: "Give prefixes such as 127.0.1.0/24 and 2001:db8::/32, the first of IPv4 with room for a gateway and households.",
  },
  "contract-file": {
    kind: "broke-rules",
    says: "The contract file {file} cannot be used: {problem}",
    cure: "Correct it at the place named; docs/operating/contract.md has examples.",
  },
  "reserved-id": {
    kind: "broke-rules",
    status: 400,
    says: "The contract has a limit with the id {id}, which is that of PUT /limit.",
    cure: "Give the limit another id.",
  },
  "cannot-route": {
    kind: "world",
    says: "The route {name} cannot listen on the gateway {host}:{port}: {problem}.",
    cure: "Free the port; on systems other than Linux give the loopback interface the address {host} first.",
  },
});
