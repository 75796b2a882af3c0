/** `schema` at work. */
import { configJsonSchema, configReference } from "@boltodds/config"
import { makeLimiter } from "@boltodds/connection"
import { jsonSchema } from "@boltodds/protocol/json-schema"
import { visibleJson } from "@boltodds/text"
import { ExitCode } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import type { SchemaName } from "./schemaNames.ts"
import { makeRegistry } from "../../parts/registry.ts"
import { writeOut } from "../../terminal/Terminal.ts"
import { logOf } from "../../commandLine/settings.ts"

/** Prints a JSON Schema, or the reference that is made of one. */
export const runSchema = async (given: ParsedFlags, name: SchemaName): Promise<ExitCode> => {
  const registry = () => makeRegistry({ log: logOf(given), limiter: makeLimiter(), endsWhen: () => {} })
  if (name === "reference") {
    await writeOut(configReference(await registry()))
    return ExitCode.clean
  }
  const schema = name === "config" ? configJsonSchema(await registry()) : jsonSchema(name)
  await writeOut(`${visibleJson(JSON.stringify(schema, undefined, 2))}\n`)
  return ExitCode.clean
}
