/** Configured pipelines in folders of their own. */
import { type Simulator } from "@boltodds/simulator"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { command, PipeProcess } from "@boltodds/testing/PipeProcess"
import { hookSecret } from "@boltodds/testing/HookReceiver"

/** The key of the simulated feed. */
export const feedKey = "sk-delivery-5d1c9e7a"

/** A folder that is removed when the test has finished. */
export const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-delivery-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a pipeline beside everything it makes; gives its path. JSON is YAML. */
export const pipelineIn = (folder: string, document: object): string => {
  const path = join(folder, "pipeline.yaml")
  writeFileSync(path, JSON.stringify({ version: 1, source: "feed", ...document }, null, 2))
  return path
}

/** A webhook of a test, its secret from the environment. */
export const hookTo = (url: string, options: object = {}): object => ({
  url,
  secret: { env: "HOOK_SECRET" },
  allow_private: true,
  ...options,
})

/** Back-off and breaker that let a test go on: the policies themselves are tested where they are. */
export const hasty = { retry: { base: "20ms", cap: "200ms" }, breaker: { failures: 5, cool: "100ms" } } as const

/** Runs a pipeline on the simulated feed. */
export const runPipeline = (
  path: string,
  { url }: Simulator,
  options: {
    readonly read?: boolean
    readonly flags?: ReadonlyArray<string>
    /** The words before the arguments. Default: the bundled command. */
    readonly words?: ReadonlyArray<string>
  } = {},
): PipeProcess => {
  const env = { BOLTODDS_URL: url, BOLTODDS_API_KEY: feedKey, HOOK_SECRET: hookSecret }
  const { read = true, flags = [], words = command } = options
  const pipe = new PipeProcess(["run", path, "--log-format", "json", ...flags], { env, read, words })
  onTestFinished(() => void pipe.child.kill("SIGKILL"))
  return pipe
}

/** The same promise, which fails with the log where the command ends first: a test must not wait for what cannot come. */
export const whileRuns = <A>(pipe: PipeProcess, awaited: Promise<A>): Promise<A> =>
  Promise.race([
    awaited,
    pipe.ended.then(({ code, signal, stderr }): never => {
      throw new Error(`it ended with ${code ?? signal}:\n${stderr}`)
    }),
  ])

/** What `--report` says of one route, in the log format `json`. */
export interface RouteTally {
  readonly name: string
  readonly state: "open" | "ended" | "disabled"
  readonly error?: string
  readonly counts: Readonly<
    Record<
      | "in"
      | "restored"
      | "delivered"
      | "coalesced"
      | "replaced"
      | "dropped"
      | "expired"
      | "deadLettered"
      | "pending"
      | "retries"
      | "resnapshots"
      | "gameResnapshots",
      number
    >
  >
  readonly isLossy: boolean
  readonly losses: Readonly<Record<string, number>>
}

/** The routes of a report, by name. */
export const routesIn = (stderr: string): Record<string, RouteTally> => {
  const line = stderr.split("\n").find((text) => text.startsWith('{"report":'))
  if (line === undefined) throw new Error(`there is no report in:\n${stderr}`)
  const { routes } = (JSON.parse(line) as { readonly report: { readonly routes: ReadonlyArray<RouteTally> } }).report
  return Object.fromEntries(routes.map((route) => [route.name, route]))
}

/** The two sides of the law of a lane's counts. */
export const sidesOf = ({ counts }: RouteTally): readonly [number, number] => [
  counts.in + counts.restored,
  counts.delivered + counts.coalesced + counts.replaced + counts.dropped + counts.expired + counts.deadLettered +
  counts.pending,
]
