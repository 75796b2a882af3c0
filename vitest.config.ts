import { configDefaults, defineConfig } from "vitest/config"
import { patience } from "./packages/testing/src/patience.ts"

// Setting conditions replaces Vite's defaults, so these are listed again beside ours.
const conditions = ["@boltodds/source", "module", "node", "development|production"]

/** Tests that start processes, listen on sockets or wait for time to pass: what else the machine does slows them down. */
const timed = [
  "apps/*/test/**/*.test.ts",
  "examples/**/*.test.ts",
  "packages/connection/test/{sockets,node}/*.test.ts",
  "packages/connection/test/readme.test.ts",
  "packages/machine/test/namedFiles.test.ts",
  "packages/{nats,redis}/test/engine/*.test.ts",
  "packages/outbox/test/{Outbox.kill,lock}.test.ts",
  "packages/{boltodds,feed-server,serve,simulator,testing}/test/**/*.test.ts",
  "python/*.test.ts",
  "packages/sinks/*/test/**/*.test.ts",
  "packages/state/test/{readme,bounds/frames}.test.ts",
]

const factor = patience()

// In both projects modules are read once for each worker instead of once for each file (`isolate: false`): that halves
// the processor time of the unit tests, and takes a third off that of the timed ones.

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Many tests wait for time to pass in other processes; on two cores vitest alone would take one.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...timed],
          isolate: false,
          globalSetup: ["packages/testing/src/setup/runFolder.ts"],
          setupFiles: ["packages/testing/src/setup/sharedFolders.ts", "packages/testing/src/setup/steadyRandom.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "timed",
          include: timed,
          isolate: false,
          globalSetup: ["packages/testing/src/setup/runFolder.ts"],
          setupFiles: ["packages/testing/src/setup/sharedFolders.ts", "packages/testing/src/setup/endProcesses.ts"],
          env: { BOLTODDS_PATIENCE: String(factor) },
          testTimeout: 240_000 * factor,
          hookTimeout: 240_000 * factor,
        },
      },
    ],
  },
})
