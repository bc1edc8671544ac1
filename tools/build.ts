// Builds the two pages, watch and control room, into dist/.
import { build } from "vite";

for (const configFile of ["src/viewer/vite.config.ts", "src/controlroom/vite.config.ts"]) {
  await build({ configFile, logLevel: "warn" });
}
