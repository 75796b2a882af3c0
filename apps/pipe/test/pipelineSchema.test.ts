/** The JSON Schema of configurations, as it lies in the repository, and the examples that point editors to it. */
import { configJsonSchema, configReference } from "@boltodds/config"
import { Ajv2020 } from "ajv/dist/2020.js"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import command from "../../../examples/plugins/command-source.ts"
import liveGames from "../../../examples/plugins/only-live-games.ts"
import sqlite from "../../../examples/plugins/sqlite-sink.ts"
import tcp from "../../../examples/plugins/tcp-sink.ts"
import { makeRegistry } from "@boltodds/parts"
import { runPipe } from "@boltodds/testing/PipeProcess"

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const examples = pathOf("../../../examples/pipelines/")
const files = readdirSync(examples).filter((file) => file.endsWith(".yaml"))

const registry = await makeRegistry({ endsWhen: () => {} })
const compile = (schema: object) =>
  new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

describe("the JSON Schema of configurations", () => {
  it("lies in the repository as the command prints it", async () => {
    const { code, stdout } = await runPipe(["schema", "config"])
    expect(code).toBe(0)
    expect(readFileSync(pathOf("../pipeline.schema.json"), "utf8"), "write it anew with `schema config`").toBe(stdout)
  })

  it("is in the reference of the documentation too, option for option", () => {
    const reference = configReference(registry)
    expect(readFileSync(pathOf("../../../docs/reference.md"), "utf8"), "write it anew with `schema reference`").toBe(
      reference,
    )
    for (const option of ["exit_on_stale", "cut_after", "speed", "rotate.every", "previous_secrets", "keep_dead_for"]) {
      expect(reference).toContain(`| \`${option}\` | `)
    }
  })

  const own = compile(configJsonSchema(registry))
  const withPlugins = compile(configJsonSchema({
    ...registry,
    sources: [...registry.sources, command],
    processors: [...registry.processors, liveGames],
    sinks: [...registry.sinks, sqlite, tcp],
  }))

  it.each(files)("accepts %s, with its plug-ins, and refuses it without", (file) => {
    const document = parse(readFileSync(examples + file, "utf8"))
    withPlugins(document)
    expect(withPlugins.errors).toBe(null)
    expect(own(document)).toBe(document.plugins === undefined)
  })

  it.each(files)("%s is a pipeline without mistakes, and names the schema where it fits", async (file) => {
    const text = readFileSync(examples + file, "utf8")
    const conditions = { NODE_OPTIONS: "--conditions=@boltodds/source" }
    const { code, stdout, stderr } = await runPipe(["check", examples + file], { env: conditions })
    // Without a warning too: who tries an example has done nothing wrong. Git lets everybody read the example's secret.
    const warnings = stderr.split("\n").filter((line) => line !== "" && !line.includes("chmod 600"))
    expect({ code, warnings }).toEqual({ code: 0, warnings: [] })
    expect(stdout).toMatch(/: OK, \d+ sinks?\n(?: {2}\S.*\n)*$/)
    expect(text.startsWith("# yaml-language-server: $schema=../../apps/pipe/pipeline.schema.json\n")).toBe(
      !text.includes("\nplugins:"),
    )
  })
})
