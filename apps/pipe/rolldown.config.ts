import { defineConfig } from "rolldown";

// One file with everything inside: it starts in a fraction of the time, and an install of it brings nothing along.
export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  // The workspace's packages are bundled from their sources, so no other build comes first.
  resolve: {
    conditionNames: ["@boltodds/source", "module", "node", "import", "default"],
  },
  output: {
    file: "dist/boltodds-pipe.js",
    format: "esm",
    banner: "#!/usr/bin/env node",
    minify: "dce-only",
    sourcemap: true,
    codeSplitting: false,
  },
});
