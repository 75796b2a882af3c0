/** The reference of a configuration, for people. */
import { configJsonSchema } from "./configJsonSchema.ts"
import type { Registry } from "./Plugin.ts"

type Json = { readonly [key: string]: unknown }

/**
 * The keys of a configuration with these plug-ins as Markdown: a table for the run, for lanes, and for each source, lease, sink,
 * emit, processor and store. It is made of the same schemas that check a configuration, by way of {@link configJsonSchema}.
 */
export const configReference = (registry: Registry): string => {
  const schema = configJsonSchema(registry)
  const definitions = schema["$defs"] as { readonly [name: string]: Json }
  const resolve = (node: unknown): Json => {
    const json = isJson(node) ? node : {}
    const name = typeof json["$ref"] === "string" ? json["$ref"].slice("#/$defs/".length) : undefined
    return name === undefined ? json : { ...resolve(definitions[name]), ...withoutRef(json) }
  }
  const properties = schema["properties"] as Json
  const sinks = definitions["sink"]!
  const lane = members(definitions["lane"])[0]
  const parts = (title: string, choice: unknown): ReadonlyArray<string> =>
    members(choice).flatMap((member) => {
      const entry = Object.entries(isJson(member["properties"]) ? member["properties"] : {})[0]
      if (entry === undefined) return []
      const [name, options] = entry
      if (Object.keys(resolve(options)).length === 0) return []
      return section(`${title} \`${name}\``, members(options)[0], resolve)
    })
  const sinkKeys = members(sinks).map((member) => member["properties"]).filter(isJson)
  // Lanes, processors and emits with options have sections of their own.
  const common = Object.fromEntries(
    Object.entries(sinkKeys[0] ?? {}).slice(1).map(([key, value]) =>
      key === "lane" || key === "processors"
        ? [key, { description: resolve(value)["description"], type: "see below" }]
        : key === "emit"
        ? [key, { ...(value as Json), anyOf: members(value).filter((member) => Array.isArray(member["enum"])) }]
        : [key, value]
    ),
  )
  const sections = [
    ...section("The run", members(properties["run"])[0], resolve, "`run` of the document."),
    ...section("A sink", { type: "object", properties: common }, resolve, "The keys of every sink, beside its type."),
    ...section("A lane", lane, resolve, "`lane` of a sink."),
    ...parts("Source", properties["source"]),
    ...parts("Lease", properties["lease"]),
    ...sinkKeys.flatMap((keys) => {
      const [name, options] = Object.entries(keys)[0]!
      return section(`Sink \`${name}\``, members(options)[0], resolve)
    }),
    ...parts("Emit", sinkKeys[0]?.["emit"]),
    ...parts("Processor", isJson(definitions["processors"]) ? members(definitions["processors"])[0]?.["items"] : {}),
    ...parts("Store", isJson(lane?.["properties"]) ? members(lane["properties"]["store"])[2] : {}),
  ]
  return `# Reference of a configuration

Made by \`boltodds-pipe schema reference\` of the schemas that check a configuration: change those, not this page. Any
value may be a variable, \`\${NAME}\`. How the parts work together: [Pipelines](pipelines.md).

${sections.join("\n\n")}
`
}

const section = (
  title: string,
  options: Json | undefined,
  resolve: (node: unknown) => Json,
  about?: string,
): ReadonlyArray<string> => {
  const node = resolve(options)
  const text = about ?? (typeof node["description"] === "string" ? node["description"] : "")
  const rows = rowsOf(node, "", resolve)
  const table = rows.length === 0
    ? isJson(node["properties"]) || typeOf(node, resolve) === "any"
      ? "No options."
      : `Written as: ${typeOf(node, resolve)}.`
    : ["| option | value | what |", "| --- | --- | --- |", ...rows].join("\n")
  return [[`## ${title}`, text, table].filter((part) => part !== "").join("\n\n")]
}

/** One row for each option, and those of options inside of it by their dotted names. */
const rowsOf = (node: Json, prefix: string, resolve: (node: unknown) => Json): ReadonlyArray<string> => {
  const objects = [node, ...members(node).map(resolve)].filter(({ properties }) => isJson(properties))
  const seen = new Set<string>()
  return objects.flatMap((object) => {
    const required = Array.isArray(object["required"]) ? object["required"] : []
    return Object.entries(object["properties"] as Json).flatMap(([key, value]) => {
      // `memory: {}` is a way to write `memory`.
      if (seen.has(key) || (isJson(value) && Object.keys(value).length === 0)) return []
      seen.add(key)
      const option = resolve(value)
      const name = `\`${prefix}${key}\`${required.includes(key) && objects.length === 1 ? ", needed" : ""}`
      const what = typeof option["description"] === "string" ? option["description"] : ""
      const inner = isReference(option) ? [] : rowsOf(option, `${prefix}${key}.`, resolve)
      return [`| ${name} | ${cell(typeOf(option, resolve))} | ${cell(what)} |`, ...inner]
    })
  })
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const members = (node: unknown): ReadonlyArray<Json> =>
  isJson(node) && Array.isArray(node["anyOf"]) ? node["anyOf"].filter(isJson) : []

/** `{ env }` or `{ file }`: a secret, or another text from elsewhere. */
const isReference = (node: Json): boolean =>
  members(node).some((member) => isJson(member["properties"]) && "env" in member["properties"])

const typeOf = (node: Json, resolve: (node: unknown) => Json): string => {
  if (isReference(node)) return "text, `{ env }` or `{ file }`"
  const { type, enum: values, const: constant, items } = node
  if (constant !== undefined) return `\`${String(constant)}\``
  if (Array.isArray(values)) return values.filter((value) => value !== null).map((value) => `\`${value}\``).join(", ")
  const kinds = members(node).map(resolve).filter((member) => member["type"] !== "null" && !isVariable(member))
  if (kinds.length > 0) return [...new Set(kinds.map((member) => typeOf(member, resolve)))].join(" or ")
  const name = Array.isArray(type) ? type.find((one) => one !== "null") : type
  if (name === "array") return `list of ${typeOf(resolve(items), resolve)}`
  if (name === "object") return "mapping"
  if (name === "string") {
    return typeof node["pattern"] === "string" && /ms\|s\|m/.test(node["pattern"]) ? "duration" : "text"
  }
  return name === "integer" ? "whole number" : typeof name === "string" ? name : "any"
}

/** The alternative that every value has. */
const isVariable = ({ pattern }: Json): boolean => pattern === "\\$\\{"

const withoutRef = (json: Json): Json => Object.fromEntries(Object.entries(json).filter(([key]) => key !== "$ref"))

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
