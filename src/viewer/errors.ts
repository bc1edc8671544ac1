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
});
