import { defineConfig } from "vitest/config"

// Setting conditions replaces Vite's defaults, so these are listed again beside ours.
const conditions = ["@boltodds/source", "module", "node", "development|production"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "packages/sinks/*/test/**/*.test.ts",
      "apps/*/test/**/*.test.ts",
      "examples/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    // Many tests wait for time to pass in other processes; on two cores vitest alone would take one.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
