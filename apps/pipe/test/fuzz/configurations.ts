/** Configurations: the examples through what `check` does before it connects anywhere. */
import { ConfigErrors, decodeText, loadPipeline } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parse, stringify } from "yaml"
import { makeRegistry } from "@boltodds/parts"
import { fileGuards } from "../../src/configuration/fileGuards.ts"
import type { Target } from "./fuzz.ts"
import { mutatedBytes, mutations } from "./mutations.ts"

const folder = fileURLToPath(new URL("../../../../examples/pipelines/", import.meta.url))
const texts = readdirSync(folder).filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(join(folder, name), "utf8"))

const secret = "hunter22-hunter22"
const env = {
  BOLTODDS_API_KEY: secret,
  BOLTODDS_WEBHOOK_SECRET: `whsec_${Buffer.from(secret).toString("base64")}`,
  HOOK_URL: "https://example.com/hook",
  DISCORD_WEBHOOK: "https://discord.com/api/webhooks/1/x",
  OUT: "out",
}

const registry = makeRegistry({ guards: fileGuards(new Set()), endsWhen: () => {} })

interface Document {
  readonly bytes: Uint8Array
  readonly plugins: "skip" | "refuse"
}

const read = async ({ bytes, plugins }: Document): Promise<void> => {
  const file = join(folder, "fuzz.yaml")
  const decoded = await Effect.runPromise(Effect.result(decodeText(bytes, file)))
  if (Result.isFailure(decoded)) return checkProblems(decoded.failure, undefined)
  const text = decoded.success
  const options = {
    file,
    registry: await registry,
    env,
    partsEnv: {},
    reserved: { BOLTODDS_API_KEY: "source" },
    plugins,
  }
  const loaded = await Effect.runPromise(Effect.result(loadPipeline(text, options)))
  if (Result.isFailure(loaded)) return checkProblems(loaded.failure, text)
  const shown = stringify(loaded.success.resolved) + JSON.stringify(loaded.success.manifest)
  if (shown.includes(secret)) throw new Error("a secret is shown")
  checkPlaces(loaded.success.warnings, text)
}

const checkProblems = (errors: unknown, text: string | undefined): void => {
  if (!(errors instanceof ConfigErrors)) throw errors
  if (errors.problems.length === 0) throw new Error("it fails without a problem")
  checkPlaces(errors.problems, text)
}

/** Each problem is at a place in the text. */
const checkPlaces = (problems: ConfigErrors["problems"], text: string | undefined): void => {
  const lines = text?.split("\n")
  for (const problem of problems) {
    const { line, column, length, message, remedy } = problem
    const held = lines === undefined ? undefined : lines[line - 1]
    const isInside = line >= 1 && column >= 1 && length >= 1 &&
      (lines === undefined || (held !== undefined && column <= held.length + 1))
    if (!isInside || message === "" || remedy === "") throw new Error(`no place or advice: ${JSON.stringify(problem)}`)
    if (message.includes(secret) || remedy.includes(secret)) throw new Error(`a secret is shown: ${message}`)
  }
}

/** An example, mutated as text or as a value that is written as YAML or JSON. */
const bytes = fc.tuple(fc.constantFrom(...texts), mutations, fc.boolean()).map(([text, how, isJson]) =>
  how.tree.length === 0
    ? mutatedBytes({ text }, how)
    : mutatedBytes({ value: parse(text) as unknown }, how, isJson ? undefined : writeYaml)
)

/** What YAML cannot write is written as JSON, which is YAML too. */
const writeYaml = (value: unknown): string => {
  try {
    return stringify(value)
  } catch {
    return JSON.stringify(value) ?? ""
  }
}

const document = (text: string): Document => ({ bytes: Buffer.from(text), plugins: "skip" })
const numbered = (count: number, item: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => item(n)).join(",")

/** The examples, mutated. */
export const configurations: Target<Document> = {
  name: "configurations",
  inputs: fc.record({ bytes, plugins: fc.constantFrom("skip", "refuse") }),
  read,
  show: ({ bytes, plugins }) => `plugins ${plugins}, base64 ${Buffer.from(bytes).toString("base64")}`,
  inputsPerSeed: 150,
  regressions: {
    // Each took time in proportion to the square of its size.
    "30000 aliases": document(
      `{ version: 1, source: stdin, sinks: { a: stdout }, x-a: &a 1, x-b: [${numbered(30_000, () => "*a")}] }`,
    ),
    "15000 unknown options in one line": document(
      `{"version":1,"source":{"command":{${numbered(15_000, (n) => `"option${n}":"a"`)}}},"sinks":{"a":{"tcp":{}}}}`,
    ),
    "a chain of 3000 fallbacks": document(
      `{"version":1,"source":"stdin","sinks":{${
        numbered(3_000, (n) => `"s${n}":{"stdout":{},"fallback":"s${n + 1}"}`)
      },"s3000":{"stdout":{}}}}`,
    ),
  },
}
