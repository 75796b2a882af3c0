/** Configuration files. */
import { type CheckedPipeline, loadPipeline, type Registry, renderProblems } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFile } from "node:fs/promises"
import { ExitCode, Failure } from "../ExitCode.ts"
import type { Log } from "../Log.ts"
import { paintFor } from "../Terminal.ts"

/** A configuration that cannot be used: every mistake in it, with its place and what to do. */
export class BadConfiguration extends Failure {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(ExitCode.badConfiguration, message, options)
    this.name = "BadConfiguration"
  }
}

const whyUnread = ({ code, message }: NodeJS.ErrnoException): string => {
  switch (code) {
    case "ENOENT":
      return "there is no such file"
    case "EISDIR":
      return "it is a folder; name the file in it"
    case "EACCES":
      return "this user may not read it"
    default:
      return message
  }
}

/** Reads and checks a configuration; its doubts go to the log. Throws {@link BadConfiguration}. */
export const loadConfig = async (file: string, registry: Registry, log: Log): Promise<CheckedPipeline> => {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new BadConfiguration(`Cannot read the configuration ${file}: ${whyUnread(cause)}`, { cause })
  })
  const result = await Effect.runPromise(Effect.result(loadPipeline(text, { file, registry, env: process.env })))
  if (Result.isFailure(result)) {
    const { problems } = result.failure
    const color = paintFor(process.stderr, process.env).bold("") !== ""
    const head = `Cannot use ${file}: it has ${problems.length === 1 ? "one mistake" : `${problems.length} mistakes`}`
    throw new BadConfiguration(`${head}\n${renderProblems(file, problems, { color })}`, { cause: result.failure })
  }
  for (const { line, column, message, remedy } of result.success.warnings) {
    log.log("warn", `${file}:${line}:${column}: ${message}: ${remedy}`)
  }
  return result.success
}
