/** The long counts of random tests and kill tests: `pnpm check --long` runs them, from the seed in `SEED` (default 1). */

/** A test run at its long count. */
export interface LongRun {
  /** The name that `--only` takes. */
  readonly name: string
  readonly about: string
  /** The variables that make it long. */
  readonly env: Readonly<Record<string, string>>
  /** The tests, as vitest takes them. */
  readonly files: ReadonlyArray<string>
}

const seed = process.env["SEED"] ?? "1"

/** Every long run; CONTRIBUTING lists them. */
export const longRuns: ReadonlyArray<LongRun> = [
  {
    name: "long:model",
    about: "the session against docs/session.md",
    env: { MODEL_RUNS: "10000", MODEL_SEED: seed },
    files: ["packages/connection/test/model"],
  },
  {
    name: "long:chaos",
    about: "session, reducer and reader against a bad server",
    env: { CHAOS_RUNS: "10000", CHAOS_SEED: seed },
    files: ["apps/pipe/test/chaos"],
  },
  {
    name: "long:laws",
    about: "the laws of the reducer",
    env: { LAW_RUNS: "3000", LAW_SEED: seed },
    files: ["packages/state/test"],
  },
  {
    name: "long:odds",
    about: "the laws of odds and of selections",
    env: { LAW_RUNS: "10000", LAW_SEED: seed },
    files: ["packages/odds", "packages/market"],
  },
  {
    name: "long:signals",
    about: "what an index of odds knows, against plain loops over the book",
    env: { LAW_RUNS: "3000", LAW_SEED: seed },
    files: ["packages/signals"],
  },
  {
    name: "long:view",
    about: "what a board marks, against plain loops over the book",
    env: { LAW_RUNS: "500", LAW_SEED: seed },
    files: ["packages/view"],
  },
  {
    name: "long:lanes",
    about: "what the reader of a lane may believe",
    env: { LAW_RUNS: "2000", LAW_SEED: seed },
    files: ["packages/pipeline/test/laneLaw"],
  },
  {
    name: "long:serve",
    about: "what clients of a server may believe",
    env: { LAW_RUNS: "1000", LAW_SEED: seed },
    files: ["packages/serve/test/joinLaw", "packages/serve/test/vendorBook"],
  },
  {
    name: "long:processors",
    about: "the same after processors",
    env: { LAW_RUNS: "100", LAW_SEED: seed },
    files: ["packages/pipeline/test/processors"],
  },
  {
    name: "long:machine",
    about: "generated recordings under other time zones, languages and runtimes",
    env: { MACHINE_RUNS: "500", MACHINE_SEED: seed },
    files: ["apps/pipe/test/machine"],
  },
  {
    name: "long:files",
    about: "kill -9 of a process that writes files",
    env: { FILE_KILLS: "50" },
    files: ["packages/sinks/file/test/kill.test.ts"],
  },
  {
    name: "long:parquet",
    about: "kill -9 of a process that writes Parquet",
    env: { PARQUET_KILLS: "50" },
    files: ["packages/sinks/parquet/test/kill.test.ts"],
  },
  {
    name: "long:postgres",
    about: "ends of backends in mid-COPY",
    env: { POSTGRES_KILLS: "30", LAW_RUNS: "30" },
    files: ["packages/sinks/postgres/test/engine"],
  },
  {
    name: "long:outbox",
    about: "kill -9 of a process that has an outbox",
    env: { OUTBOX_KILLS: "50" },
    files: ["packages/outbox"],
  },
  {
    name: "long:endings",
    about: "a signal while a sink is stuck",
    env: { ENDINGS_RUNS: "50", ENDINGS_SEED: seed },
    files: ["apps/pipe/test/delivery/endings"],
  },
  {
    name: "long:delivery",
    about: "kill -9 of the whole command",
    env: { DELIVERY_KILLS: "50", DELIVERY_SEED: seed },
    files: ["apps/pipe/test/delivery"],
  },
  {
    name: "long:hangs",
    about: "the first SIGTERM ends the command, whatever a server or a proxy does",
    env: { HANG_RUNS: "all", HANG_SEED: seed },
    files: ["apps/pipe/test/hangs"],
  },
  {
    name: "long:secrets",
    about: "a secret in every wrong shape, at every place of the example configurations",
    env: { SECRET_SHAPES: "all" },
    files: ["apps/pipe/test/secretShapes.test.ts"],
  },
  {
    name: "long:release",
    about: "a release in a clone, up to what would be published",
    env: { RELEASE: "clone" },
    files: ["tools/test/release.test.ts"],
  },
  {
    name: "long:packed",
    about: "the tarballs in empty folders, on each runtime of this machine",
    env: { PACKED: "all" },
    files: ["tools/test/packed.test.ts"],
  },
  {
    name: "long:fuzz",
    about: "mutated frames, REST bodies, recordings, configurations and command lines",
    env: { FUZZ_SECONDS: "1800", FUZZ_SEED: seed },
    files: ["apps/pipe/test/fuzz"],
  },
]
