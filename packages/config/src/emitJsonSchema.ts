/** The JSON Schema of the lines of an emit. */
import { fieldDescriptions, jsonSchema, type JsonSchemaDocument } from "@boltodds/protocol/json-schema"
import type { EmitPlugin, FieldKind } from "./Plugin.ts"

/**
 * The JSON Schema of a line of an emit, as open as readers must be: fields that it does not name are allowed. It is made of
 * the fields that the emit declares for conditions; those of `changes`, `messages` and `raw` are known in more detail.
 *
 * @example
 * ```ts
 * import { builtinEmits, emitJsonSchema } from "@boltodds/config"
 *
 * for (const emit of builtinEmits) console.log(emitJsonSchema(emit).title)
 * ```
 */
export const emitJsonSchema = ({ name, about = `A line of ${name}.`, fields = {} }: EmitPlugin): JsonSchemaDocument => {
  if (name === "changes" || name === "messages" || name === "raw") return jsonSchema(name)
  const controls = jsonSchema("changes").$defs
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `https://github.com/boltodds/boltodds/schemas/${name}.schema.json`,
    title: about.replace(/\.$/, ""),
    description: "One line is one record, or a control of the stream. Readers ignore fields they do not know.",
    anyOf: [{ $ref: "#/$defs/Record" }, { $ref: "#/$defs/Control" }, { $ref: "#/$defs/UnknownControl" }],
    $defs: {
      Record: {
        type: "object",
        // A control has a schema of its own.
        properties: {
          ...Object.fromEntries(
            Object.entries(fields).map(([field, kind]) => [field, {
              ...fieldDescriptions[field] === undefined ? {} : { description: fieldDescriptions[field] },
              ...schemaOf(kind),
            }]),
          ),
          control: false,
        },
      },
      ...Object.fromEntries(Object.entries(controls).filter(([key]) => key !== "LineChange" && key !== "GameChange")),
    },
  }
}

const schemaOf = (kind: FieldKind): object => {
  switch (kind) {
    case "text":
      return { type: ["string", "null"] }
    case "number":
      return { type: ["number", "null"] }
    case "flag":
      return { type: ["boolean", "null"] }
    case "pair":
      return { type: ["array", "null"], items: { type: "number" }, minItems: 2, maxItems: 2 }
    case "any":
      return {}
  }
  return "inside" in kind ? schemaOf(kind.kind) : { enum: [...kind, null] }
}
