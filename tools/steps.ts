/** What the check consists of, cheapest first. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkBoundaries } from "./boundaries.ts"
import { checkCircles } from "./circles.ts"
import { checkDocumented } from "./documented.ts"
import { longRuns } from "./long.ts"
import { published as publishedPackages } from "./manifestFields.ts"
import { checkManifests } from "./manifests.ts"
import { newestVersion } from "./release/changelog.ts"
import { checkStability } from "./stability.ts"
import { checkPromises } from "./promises.ts"
import { checkProse } from "./prose.ts"
import { checkPublicApi } from "./publicApi.ts"
import { processStep, ruleStep, runProcess, type Step, type StepResult } from "./Step.ts"
import { patience } from "@boltodds/testing/patience"
import { checkTracked } from "./tracked.ts"
import { libraries, readText, root } from "./workspace.ts"
import { checkZones } from "./zones.ts"

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

const noTest: StepResult = { passed: 0, failed: 0, skipped: 1, output: "" }

/** Runs vitest and counts its tests. `words` is the command up to its arguments. */
const runVitest = async (
  words: readonly [string, ...ReadonlyArray<string>],
  args: ReadonlyArray<string>,
  { mayBeNone = false, ...options }: {
    readonly env?: Readonly<Record<string, string>>
    readonly timeoutMillis?: number
    /** Nothing that a test imports may have changed. */
    readonly mayBeNone?: boolean
  } = {},
): Promise<StepResult> => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-check-"))
  const file = join(folder, "vitest.json")
  try {
    const [command, ...first] = words
    const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`]
    const { code, output } = await runProcess(command, [...first, "run", ...reporters, ...args], {
      live: true,
      ...options,
    })
    if (mayBeNone && code === 0 && !existsSync(file)) return noTest
    if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, output }
    const report: VitestReport = JSON.parse(readFileSync(file, "utf8"))
    if (mayBeNone && code === 0 && report.numPassedTests + report.numFailedTests === 0) return noTest
    const skipped = report.numPendingTests + report.numTodoTests
    return countTests(code, report.numPassedTests, report.numFailedTests, skipped, "")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const unitTests: Step = {
  name: "unit",
  about: "the tests that need nothing but this process",
  run: () => runVitest(["vitest"], ["--project=unit"]),
}

const timedTests: Step = {
  name: "timed",
  about: "the tests that start processes, listen on sockets or wait for time to pass",
  // On a busy machine it takes as much longer as its tests are given.
  run: () => runVitest(["vitest"], ["--project=timed"], { timeoutMillis: 30 * 60_000 * patience() }),
}

/** The long counts of the random tests and the kill tests. */
export const longSteps: ReadonlyArray<Step> = longRuns.map(({ name, about, env, files }) => ({
  name,
  about: `${about} (${Object.entries(env).map(([variable, value]) => `${variable}=${value}`).join(" ")})`,
  run: () => runVitest(["vitest"], [...files], { env, timeoutMillis: 6 * 3_600_000 }),
}))

/** What answers in about a minute: the rules, and the unit tests that uncommitted changes, or a branch, can have broken. */
export const changedSteps = (): ReadonlyArray<Step> => [
  ...steps.filter(({ name }) => quick.has(name)),
  {
    name: "unit",
    about: "the unit tests of what has changed",
    run: async () => {
      const { code, output } = await runProcess("git", ["merge-base", "HEAD", "main"])
      const base = code === 0 ? output.trim() : "HEAD"
      return runVitest(["vitest"], ["--project=unit", `--changed=${base}`, "--passWithNoTests"], { mayBeNone: true })
    },
  },
]

const quick: ReadonlySet<string> = new Set([
  "format",
  "lint",
  "types",
  "boundaries",
  "stability",
  "documented",
  "promises",
  "prose",
  "manifests",
  "tracked",
])

const denoTests: Step = {
  name: "deno-tests",
  about: "the libraries' tests under Deno, from source; what READMEs say is run by the examples",
  run: () =>
    runVitest(
      ["deno", "run", "--allow-all", "node_modules/vitest/vitest.mjs"],
      [
        ...[
          "text",
          "odds",
          "protocol",
          "market",
          "state",
          "connection",
          "sink/",
          "lane/",
          "nats",
          "redis",
          "pipeline",
          "sinks/webhook",
          "config",
        ]
          .map((
            name,
          ) => `packages/${name}`),
        "--exclude=**/readme.test.ts",
        // Under Deno the worker of these tests fails (an exit code of NaN) and does not end: they kill the server often.
        "--exclude=packages/{nats,redis}/test/engine/faults.test.ts",
      ],
    ),
}

const denoDoc: Step = {
  name: "examples",
  about: "the examples in the libraries' doc comments and READMEs, run by Deno",
  run: async () => {
    const files = libraries.flatMap(({ folder }) => [`${folder}/src`, `${folder}/README.md`])
      .filter((path) => existsSync(join(root, path)))
    const { code, output } = await runProcess("deno", ["test", "--doc", "--parallel", "--allow-all", ...files])
    const [, passed, failed] = /(\d+) passed.*?\| (\d+) failed/.exec(output) ?? []
    return countTests(code, Number(passed ?? 0), Number(failed ?? 0), 0, output)
  },
}

/** A run that fails without a failed test (a file that does not load), or that ran no test, is a failure all the same. */
const countTests = (code: number, passed: number, failed: number, skipped: number, output: string): StepResult => {
  if (passed + failed === 0) return { passed, failed: 1, skipped, output: `${output}\nNo test ran.` }
  if (code !== 0 && failed === 0) return { passed, failed: 1, skipped, output }
  return { passed, failed, skipped, output }
}

const changesets: Step = {
  name: "changesets",
  about: "the changesets can be read, and changed packages have one",
  run: async () => {
    const main = await runProcess("git", ["rev-parse", "--verify", "--quiet", "main"])
    // Without a local branch to compare with (a detached checkout) there is nothing to say.
    if (main.code !== 0) return { passed: 0, failed: 0, skipped: 1, output: "" }
    const release = await releaseProblems()
    if (release !== undefined) {
      return { passed: release === "" ? 1 : 0, failed: release === "" ? 0 : 1, skipped: 0, output: release }
    }
    return processStep("", "", [{ args: ["changeset", "status"] }]).run()
  },
}

/** What is wrong with a commit that makes a version; undefined of any other. Its changesets are in the changelog. */
const releaseProblems = async (): Promise<string | undefined> => {
  const manifest = `${libraries[0]!.folder}/package.json`
  const { version }: { readonly version: string } = JSON.parse(readText(manifest))
  const { code, output } = await runProcess("git", ["show", `main:${manifest}`])
  if (code !== 0 || JSON.parse(output).version === version) return undefined
  const waiting = readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md")
  const noted = existsSync(join(root, "CHANGELOG.md")) ? newestVersion(readText("CHANGELOG.md")) : undefined
  if (waiting.length > 0) return `Version ${version} leaves changesets: ${waiting.join(", ")}`
  return noted === version ? "" : `CHANGELOG.md begins with ${noted ?? "nothing"}; expected ${version}`
}

const published = publishedPackages()

/** All steps, in the order they run. */
export const steps: ReadonlyArray<Step> = [
  processStep("format", "deno fmt", [{ args: ["deno", "fmt", "--check"] }]),
  processStep("lint", "oxlint", [{ args: ["oxlint", "--deny-warnings"] }]),
  processStep("types", "tsc over everything, from source", [{ args: ["tsc", "-p", "tsconfig.json"] }]),
  ruleStep("boundaries", "imports follow the arrows between the packages, and no files import in a circle", () => [
    ...checkBoundaries(),
    ...checkCircles(),
  ]),
  ruleStep("stability", "libraries use only what Effect calls stable", checkStability),
  ruleStep("documented", "every export of a library has a doc comment", checkDocumented),
  ruleStep("zones", "nothing depends on the machine's time zone or language", checkZones),
  ruleStep("promises", "every promise names the test that shows it", checkPromises),
  ruleStep("prose", "what people read is spelled right, and in the words of the glossary", checkProse),
  ruleStep("manifests", "package.json and deno.json agree", checkManifests),
  ruleStep("tracked", "no machine paths or registry addresses in tracked files", checkTracked),
  processStep("knip", "no unused files, exports or dependencies", [{ args: ["knip", "--no-progress"] }]),
  processStep("deno", "deno check from source", [
    { args: ["deno", "check", "--quiet", ...libraries.map(({ folder }) => `${folder}/src`)] },
  ]),
  denoDoc,
  processStep("jsr", "deno publish would work, without slow types", [
    { args: ["deno", "publish", "--quiet", "--dry-run", "--allow-dirty"] },
  ]),
  processStep("build", "turbo builds every package", [
    { args: ["turbo", "run", "build", "--output-logs=errors-only", "--log-order=grouped"] },
  ]),
  ruleStep("api", "api.txt of each library lists its public names, and each name means one thing", checkPublicApi),
  processStep(
    "publint",
    "the packed packages are sound",
    published.map(({ folder }) => ({ args: ["publint", "--pack", "pnpm", "--strict"], folder })),
  ),
  processStep(
    "attw",
    "the packed libraries' types resolve",
    libraries.map(({ folder }) => ({ args: ["attw", "--pack", ".", "--profile", "esm-only"], folder })),
  ),
  changesets,
  unitTests,
  timedTests,
  denoTests,
]
