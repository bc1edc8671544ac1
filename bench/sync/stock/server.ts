// Serves the plain page and the three players out of node_modules.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Closable } from "#base";

/** The players that are compared, as `stock/page.html` calls them. */
export const stockPlayers = ["dash.js", "hls.js", "shaka DASH", "shaka HLS"] as const;
export type StockPlayer = (typeof stockPlayers)[number];

const modules = new URL("../../../node_modules/", import.meta.url);
const files: ReadonlyMap<string, { url: URL; type: string }> = new Map([
  ["/", { url: new URL("page.html", import.meta.url), type: "text/html" }],
  ...[
    "dashjs/dist/modern/umd/dash.all.min.js",
    "hls.js/dist/hls.min.js",
    "shaka-player/dist/shaka-player.compiled.js",
  ].map(
    (path) =>
      [
        path.slice(path.lastIndexOf("/")),
        { url: new URL(path, modules), type: "text/javascript" },
      ] as const,
  ),
]);

export interface StockServer extends Closable {
  readonly url: string;
}

export async function serveStock(): Promise<StockServer> {
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = files.get(pathname);
    if (file) answer.writeHead(200, { "content-type": file.type }).end(readFileSync(file.url));
    else answer.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The versions that are measured, by package. */
export function stockVersions(): Record<string, string> {
  return Object.fromEntries(
    ["dashjs", "hls.js", "shaka-player"].map((name) => {
      const text = readFileSync(new URL(`${name}/package.json`, modules), "utf8");
      return [name, (JSON.parse(text) as { version: string }).version];
    }),
  );
}
