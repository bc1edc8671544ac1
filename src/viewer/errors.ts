// The errors of this room.
import { catalogue } from "#base";

export const viewerErrors = catalogue("viewer", {
  "page-not-built": {
    kind: "world",
    status: 503,
    says: "The watch page has not been built: {root} holds no index.html.",
    cure: "Run `npm run build`, then load this page again.",
  },
  "bad-config": {
    kind: "broke-rules",
    status: 502,
    says: "The watch page's configuration is wrong at {place}: {problem}.",
    cure: "Serve the page with `regista watch` of the same version.",
  },
  "nothing-here": {
    kind: "said-no",
    status: 404,
    says: "There is nothing at {path}.",
    cure: "The watch page is at /, its configuration at /config.json.",
  },
  "port-taken": {
    kind: "world",
    says: "The watch page cannot listen on {host}:{port}: {problem}.",
    cure: "Stop the program that uses the port, or choose another port.",
  },
});
