/** Configuration files. */
import { type CheckedPipeline, decodeText, loadPipeline, type Registry, renderProblems } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { environment, keyVariable } from "../process/environment.ts"
import type { CommandLog } from "../log/Log.ts"
import { paintFor } from "../terminal/Terminal.ts"
import { howToAllow } from "../commandLine/allowed.ts"
import { BadConfiguration } from "../process/ExitCode.ts"
import { readConfigFile } from "./readConfigFile.ts"

/** Reads and checks a configuration; its warnings go to the log. Throws {@link BadConfiguration}. */
export const loadConfig = async (
  file: string,
  registry: Registry,
  log: CommandLog,
  plugins: "run" | "skip" | "refuse",
): Promise<CheckedPipeline> => {
  const loading = Effect.flatMap(
    decodeText(await readConfigFile(file), file),
    (text) =>
      loadPipeline(text, {
        file,
        registry,
        env: environment(),
        partsEnv: process.env,
        reserved: { [keyVariable]: "source" },
        plugins,
        refusal: howToAllow("plugins"),
      }),
  )
  const result = await Effect.runPromise(Effect.result(loading))
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
