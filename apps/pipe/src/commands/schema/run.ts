/** `schema` at work. */
import { configJsonSchema, configReference, emitJsonSchema } from "@boltodds/config"
import { jsonSchema } from "@boltodds/protocol/json-schema"
import { visibleJson } from "@boltodds/text"
import { ExitCode } from "../../process/ExitCode.ts"
import { makeRegistry } from "@boltodds/parts"
import { writeOut } from "../../terminal/Terminal.ts"

/**
 * What there is a schema of: an emit, status records or a configuration; `reference` is the latter as Markdown, `metrics`
 * and `log-events` are pages of their own.
 */
export type SchemaName =
  | "messages"
  | "changes"
  | "quotes"
  | "raw"
  | "best"
  | "fair"
  | "opportunities"
  | "closing"
  | "status"
  | "config"
  | "reference"
  | "metrics"
  | "log-events"

/** Prints a JSON Schema, or the reference that is made of one. */
export const runSchema = async (name: SchemaName): Promise<ExitCode> => {
  if (name === "reference") {
    await writeOut(configReference(await makeRegistry()))
    return ExitCode.clean
  }
  if (name === "metrics") {
    await writeOut((await import("./metricsPage.ts")).metricsPage())
    return ExitCode.clean
  }
  if (name === "log-events") {
    await writeOut((await import("../../log/logEvents.ts")).logEventsReference())
    return ExitCode.clean
  }
  const schema = name === "status" ? jsonSchema(name) : await schemaOf(name)
  await writeOut(`${visibleJson(JSON.stringify(schema, undefined, 2))}\n`)
  return ExitCode.clean
}

const schemaOf = async (name: SchemaName): Promise<object> => {
  const registry = await makeRegistry()
  const emit = registry.emits?.find((emit) => emit.name === name)
  return emit === undefined ? configJsonSchema(registry) : emitJsonSchema(emit)
}
