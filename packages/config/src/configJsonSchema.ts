/** The JSON Schema of a configuration, for editors. */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { LaneText, RunText } from "./internal/documentSchemas.ts"
import { withoutInfinity, withSecrets, withVariables } from "./internal/jsonSchema.ts"
import { builtinEmits } from "./builtinEmits.ts"
import { takes } from "./internal/outlineSink.ts"
import type { EmitPlugin, PluginBase, Registry } from "./Plugin.ts"

type Json = { readonly [key: string]: unknown }

/**
 * The JSON Schema (draft 2020-12) of configurations with these plug-ins: put it beside a file as
 * `# yaml-language-server: $schema=…`.
 *
 * A file that it accepts may still have mistakes that only `loadPipeline` finds (expressions, fallbacks, what does not fit
 * together); it refuses none that `loadPipeline` accepts, but those that name plug-ins of their own modules.
 */
export const configJsonSchema = (registry: Registry): Json => {
  const definitions: Record<string, unknown> = {}
  const optionsOf = (plugin: PluginBase<unknown> & { readonly kind: string }): Json => {
    const { schema, definitions: found } = schemaOf(plugin.config)
    const prefix = `${plugin.kind}_${plugin.name}_`
    for (const [name, definition] of Object.entries(found)) definitions[prefix + name] = renamed(definition, prefix)
    const { about } = plugin
    return { ...(renamed(schema, prefix) as Json), ...about === undefined ? {} : { description: about } }
  }
  const { emits = builtinEmits, stores = [], leases = [] } = registry
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A boltodds pipeline",
    type: "object",
    properties: {
      version: { const: 1, description: "The version of this format." },
      plugins: {
        type: ["array", "null"],
        items: { type: "string" },
        description: "Modules with plug-ins; relative paths start at the folder of this file.",
      },
      source: { ...choice(registry.sources, optionsOf), description: "Where the feed comes from: exactly one." },
      ...leases.length === 0 ? {} : {
        lease: {
          ...choice(leases, optionsOf),
          description:
            "What says which of several processes with this configuration reads the feed. Default: each does.",
        },
      },
      sinks: {
        type: "object",
        minProperties: 1,
        additionalProperties: { $ref: "#/$defs/sink" },
        description: "Where it goes, by names of your own.",
      },
      run: { anyOf: [schemaOf(RunText).schema, { type: "null" }], description: "The run as a whole." },
    },
    patternProperties: { "^x-": { description: "Ignored: a place for anchors." } },
    required: ["version", "source", "sinks"],
    additionalProperties: false,
    $defs: {
      sink: {
        anyOf: [
          { enum: registry.sinks.map(({ name }) => name) },
          ...registry.sinks.map((plugin) =>
            sinkOf(plugin, optionsOf(plugin), emits.filter((emit) => takes(plugin, emit)), optionsOf)
          ),
        ],
      },
      processors: {
        anyOf: [{ type: "array", items: choice(registry.processors, optionsOf) }, { type: "null" }],
        description: "What is done with records, one after another.",
      },
      lane: { anyOf: [laneSchema(stores, optionsOf), { type: "null" }], description: "How what waits is treated." },
      ...definitions,
    },
  }
}

const schemaOf = (schema: Schema.Decoder<unknown>): { readonly schema: Json; readonly definitions: Json } => {
  const ast: SchemaAST.AST = schema.ast
  const document = Schema.toJsonSchemaDocument(Schema.toEncoded(schema), { onExcessProperty: "error" })
  // A schema with a name of its own stands among the definitions.
  const name = typeof document.schema["$ref"] === "string" ? document.schema["$ref"].replace(/^.*\//, "") : undefined
  const definitions = Object.fromEntries(
    Object.entries(document.definitions).map((
      [key, definition],
    ) => [key, key === name ? withSecrets(withoutInfinity(definition), ast) : withoutInfinity(definition)]),
  )
  return {
    schema: withVariables(withSecrets(withoutInfinity(document.schema), ast)) as Json,
    definitions: withVariables(definitions) as Json,
  }
}

/** References of one plug-in, with names that no other plug-in has. */
const renamed = (value: unknown, prefix: string): unknown => {
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, prefix))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) =>
      key === "$ref" && typeof entry === "string"
        ? [key, `#/$defs/${prefix}${entry.slice(entry.lastIndexOf("/") + 1)}`]
        : [key, renamed(entry, prefix)]
    ),
  )
}

type OptionsOf = (plugin: PluginBase<unknown> & { readonly kind: string }) => Json

/** `name`, or `{ name: options }`; options may be left out. */
const choice = (
  plugins: ReadonlyArray<PluginBase<unknown> & { readonly kind: string }>,
  optionsOf: OptionsOf,
): Json => ({
  anyOf: [
    { enum: plugins.map(({ name }) => name) },
    { type: "string", pattern: "\\$\\{" },
    ...plugins.map((plugin) => ({
      type: "object",
      properties: { [plugin.name]: orNull(optionsOf(plugin)) },
      required: [plugin.name],
      additionalProperties: false,
    })),
  ],
})

const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] })

const sinkOf = (
  { name }: { readonly name: string },
  options: Json,
  emits: ReadonlyArray<EmitPlugin>,
  optionsOf: OptionsOf,
): Json => ({
  type: "object",
  properties: {
    [name]: orNull(options),
    emit: {
      anyOf: [...choice(emits, optionsOf)["anyOf"] as ReadonlyArray<Json>, { type: "null" }],
      description: "The form of the records: a name, or a name with its options.",
    },
    ...withVariables({
      control: { type: ["boolean", "null"], description: "Whether gaps and invalidations are emitted. Default true." },
      where: { type: ["string", "null"], description: "A condition in CEL on the fields of the record." },
      required: { type: ["boolean", "null"], description: "Whether the run fails when it is disabled. Default true." },
      fallback: { type: ["string", "null"], description: "A sink that takes over when this one is disabled." },
    }) as Json,
    processors: { $ref: "#/$defs/processors" },
    lane: { $ref: "#/$defs/lane" },
  },
  required: [name],
  additionalProperties: false,
})

const laneSchema = (
  stores: ReadonlyArray<PluginBase<unknown> & { readonly kind: string }>,
  optionsOf: OptionsOf,
): Json => {
  const lane = schemaOf(LaneText).schema
  const memory = [{ const: "memory" }, {
    type: "object",
    properties: { memory: {} },
    required: ["memory"],
    additionalProperties: false,
  }]
  const store = { anyOf: [...memory, choice(stores, optionsOf)], description: "Where it waits. Default memory." }
  return { ...lane, properties: { ...lane["properties"] as Json, store } }
}
