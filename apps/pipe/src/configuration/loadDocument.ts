/** From a document of flags to a checked pipeline, with errors that name the flags. */
import { type CheckedPipeline, makePipeline, type Problem, type Registry } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { environment } from "../process/environment.ts"
import { UsageError } from "../process/ExitCode.ts"
import type { FlagDocument } from "../commandLine/flagDocument.ts"

/** Checks the document that flags make. Throws a `UsageError` that speaks of the flags. */
export const loadDocument = async (document: FlagDocument, registry: Registry): Promise<CheckedPipeline> => {
  const loading = makePipeline(document, { file: "flags.json", registry, env: environment(), partsEnv: process.env })
  const result = await Effect.runPromise(Effect.result(loading))
  if (Result.isSuccess(result)) return withBook(result.success)
  throw new UsageError(result.failure.problems.map(sentenceOf).join("\n"))
}

/** A run resumes from what the readers of its records have folded. */
const withBook = (pipeline: CheckedPipeline): CheckedPipeline => {
  const { run: { resume }, sinks } = pipeline
  if (resume === undefined || sinks.some(({ isBook }) => isBook)) return pipeline
  throw new UsageError(`Cannot use --resume with --emit ${sinks[0]?.emit}: its records make no book. Leave --emit out`)
}

/** The flag of a key; of two keys with one name the longer path comes first. The number of a list's entry does not count. */
const flags: ReadonlyArray<readonly [string, string]> = [
  ["source.feed.ignore", "--ignore-action"],
  ["source.feed.max_attempts", "--max-attempts"],
  ["source.feed.exit_on_stale", "--exit-on-stale"],
  ["source.feed.late_by", "--late-by"],
  ["source.feed.late_for", "--late-for"],
  ["source.feed.insecure", "--insecure"],
  ["sports", "--sport"],
  ["sportsbooks", "--sportsbook"],
  ["games", "--game"],
  ["markets", "--market"],
  ["source.simulator.rate", "--rate"],
  ["source.simulator.seed", "--seed"],
  ["source.simulator.cut_after", "--cut-after"],
  ["run.resume", "--resume"],
  ["source.feed.url", "--url"],
  ["source.feed.sessions", "--sessions"],
  ["source.feed.shard_by", "--shard-by"],
  ["run.count", "--count"],
  ["run.for", "--for"],
  ["where", "--where"],
  ["emit", "--emit"],
  ["meta", "--meta"],
  ["serve.listen", "--listen"],
  ["serve.token", "--token-file"],
  ["serve.tls_cert", "--tls-cert"],
  ["serve.tls_key", "--tls-key"],
  ["serve.client_keys", "--client-keys"],
  ["path", "--sink file"],
  ["url", "--sink webhook"],
  ["secret", "BOLTODDS_WEBHOOK_SECRET"],
]

const sentenceOf = ({ path, message, remedy }: Problem): string => {
  const key = path.filter((step) => typeof step === "string").join(".")
  const flag = flags.find(([end]) => `.${key}`.endsWith(`.${end}`))?.[1]
  // Flags have no lines, and names of their own.
  const why = message.replace(/ \(line \d+\)/, "").replace(/^Unknown /, "unknown ")
    .replace(/^Cannot use `meta` with `emit: ([\w-]+)`/, "Cannot use --meta with --emit $1")
  const own = why.replace(/^Cannot use (?:`[\w.]+`|this expression): /, "")
  const head = flag === undefined ? why : own.startsWith("Cannot ") ? own : `Cannot use ${flag}: ${own}`
  const advice = remedy.replace("`insecure: true`", "--insecure").replace(/`emit: ([\w-]+)`/g, "--emit $1")
  // What is expected is said already.
  return head.includes(advice.replace(/^write /, "")) ? head : `${head}: ${advice}`
}
