/** The independent judges of metrics: `promtool` of Prometheus, and the parser of its Python client. */
import { spawnSync } from "node:child_process"
import { pythonWith } from "./pythonWith.ts"

const howToInstall = "apt-get install prometheus python3-prometheus-client"

/**
 * Whether the judges are installed: without them, tests that need them skip themselves, and say so. With
 * `BOLTODDS_PROMETHEUS=required` their absence is an error.
 */
export const hasPrometheus = (): boolean => {
  const isThere = spawnSync("promtool", ["--version"]).status === 0 && pythonWith("prometheus_client") !== undefined
  if (!isThere && process.env["BOLTODDS_PROMETHEUS"] === "required") {
    throw new Error(`There is no promtool, and BOLTODDS_PROMETHEUS says that there must be: ${howToInstall}`)
  }
  if (!isThere) process.stderr.write(`SKIPPED: these tests need promtool and its Python client: ${howToInstall}\n`)
  return isThere
}

/** Runs `promtool`; its exit code and all that it wrote. */
export const promtool = (
  args: ReadonlyArray<string>,
  { input, cwd }: { readonly input?: string; readonly cwd?: string } = {},
): { readonly code: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync("promtool", args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...input === undefined ? {} : { input },
    ...cwd === undefined ? {} : { cwd },
  })
  return { code: status, output: `${stdout}${stderr}` }
}

/** A number of a scrape, as the Python client reads it. */
export interface ParsedSample {
  readonly family: string
  readonly type: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const script = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
out = []
for family in parse(sys.stdin.read()):
    for s in family.samples:
        out.append({"family": family.name, "type": family.type, "name": s.name, "labels": s.labels, "value": s.value})
print(json.dumps(out))
`

/** Reads a scrape with the parser of Python's client. Throws where it cannot. */
export const parseScrape = (text: string): ReadonlyArray<ParsedSample> => {
  const python = pythonWith("prometheus_client")!
  const { status, stdout, stderr } = spawnSync(python, ["-c", script], {
    input: text,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`The Python client cannot read the scrape: ${stderr}`)
  return JSON.parse(stdout)
}
