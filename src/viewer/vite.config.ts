// Builds the watch page: `vite build -c src/viewer/vite.config.ts`.
import { fileURLToPath } from "node:url";
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("./page/"),
  base: "./",
  plugins: [svelte({ configFile: false, preprocess: vitePreprocess() })],
  build: {
    outDir: here("../../dist/watch/"),
    emptyOutDir: true,
    target: "es2024",
    // dash.js alone is larger than the usual limit; it is loaded only when DASH is played.
    chunkSizeWarningLimit: 1_200,
  },
});
