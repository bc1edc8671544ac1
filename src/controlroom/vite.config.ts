// Builds the control room's page into dist/controlroom, every file but the page itself under its hash.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = new URL("./web/", import.meta.url).pathname;
const out = new URL("../../dist/controlroom/", import.meta.url).pathname;

// oxlint-disable-next-line import/no-default-export -- Vite reads the default export
export default defineConfig({
  root: here,
  plugins: [svelte()],
  build: { outDir: out, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 400 },
});
