/**
 * The whole check: `pnpm check`, what CI runs.
 *
 * `--only NAME,NAME` runs some steps; `--list` names them. `--changed` runs what answers in about a minute: the rules and
 * the unit tests of what has changed since main. `--long` runs the random tests and the kill tests at their long counts,
 * from `SEED`. Every step runs even when an earlier one failed; the exit code is 1 if any did. The last line counts
 * tests, and each step that is not a test run as one.
 */
import { parseArgs } from "node:util"
import type { Step, StepResult } from "./Step.ts"
import { changedSteps, longSteps, steps } from "./steps.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    list: { type: "boolean" },
    long: { type: "boolean" },
    changed: { type: "boolean" },
  },
})

const offered: ReadonlyArray<Step> = values.long === true ? longSteps : values.changed === true ? changedSteps() : steps

const chosen = (): ReadonlyArray<Step> => {
  if (values.only === undefined) return offered
  const names = values.only.flatMap((list) => list.split(",")).map((name) => name.trim())
  const unknown = names.filter((name) => !offered.some((step) => step.name === name))
  if (names.length === 0 || unknown.length > 0) {
    const known = offered.map((step) => step.name).join(", ")
    throw new Error(`Cannot run step ${unknown.join(", ")}: the steps are ${known}`)
  }
  return offered.filter((step) => names.includes(step.name))
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

const verdict = ({ passed, failed, skipped }: StepResult): string =>
  failed > 0 ? "FAILED" : passed === 0 && skipped > 0 ? "skipped" : "ok"

const runAll = async (selected: ReadonlyArray<Step>): Promise<void> => {
  const rows: Array<{ readonly step: Step; readonly result: StepResult; readonly took: string }> = []
  for (const step of selected) {
    const start = performance.now()
    process.stdout.write(`${step.name}: ${step.about}\n`)
    const result = await step.run().catch((cause: unknown): StepResult => ({
      passed: 0,
      failed: 1,
      skipped: 0,
      output: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    }))
    if (result.failed > 0 && result.output !== "") process.stdout.write(`${result.output.trimEnd()}\n`)
    rows.push({ step, result, took: seconds(start) })
  }
  const sum = (field: "passed" | "failed" | "skipped") => rows.reduce((total, { result }) => total + result[field], 0)
  process.stdout.write("\n")
  for (const { step, result, took } of rows) {
    const counts = result.passed + result.failed > 1 ? `${result.passed} passed, ${result.failed} failed` : ""
    process.stdout.write(
      `  ${verdict(result).padEnd(8)} ${step.name.padEnd(12)} ${took.padStart(8)}   ${counts}`.trimEnd() + "\n",
    )
  }
  const skipped = sum("skipped")
  process.stdout.write(
    `\n${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  )
  process.exitCode = sum("failed") > 0 ? 1 : 0
}

if (values.list === true) {
  for (const { name, about } of offered) process.stdout.write(`${name.padEnd(12)} ${about}\n`)
} else {
  await runAll(chosen())
}
