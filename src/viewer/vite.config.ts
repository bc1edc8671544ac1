// Builds the watch page: `vite build -c src/viewer/vite.config.ts`.
import { fileURLToPath } from "node:url";
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type HtmlTagDescriptor, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The player that most will use. */
const FIRST_PLAYER = "/players/own/ownPlayer.ts";

/** Has the browser load the first player's code beside the page's own, not after it. */
const preloadPlayer: Plugin = {
  name: "preload-player",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) => {
      const chunks = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
      const player = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(FIRST_PLAYER));
      return [player?.fileName ?? [], player?.imports ?? []]
        .flat()
        .map((file): HtmlTagDescriptor => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `./${file}` },
        }));
    },
  },
};

export default defineConfig({
  root: here("./page/"),
  base: "./",
  plugins: [svelte({ configFile: false, preprocess: vitePreprocess() }), preloadPlayer],
  build: {
    outDir: here("../../dist/watch/"),
    emptyOutDir: true,
    target: "es2024",
    // dash.js alone is larger than the usual limit; it is loaded only when DASH is played.
    chunkSizeWarningLimit: 1_200,
  },
});
