/**
 * JSON Schemas (draft 2020-12) of what the toolkit writes, made from the schemas that are its types.
 *
 * A module of its own, `@boltodds/protocol/json-schema`: who only reads the feed does not pay for it.
 */
import * as Schema from "effect/Schema"
import { Change } from "./Change.ts"
import { Control } from "./Control.ts"
import { EventLine } from "./EventLine.ts"
import { fieldDescriptions } from "./fieldDescriptions.ts"
import { FeedMessage } from "./Message.ts"
import { RecordingHeader } from "./Recording.ts"
import { StatusRecord } from "./StatusRecord.ts"

export { fieldDescriptions } from "./fieldDescriptions.ts"

/**
 * What has a published schema: the feed's own messages, the records of the toolkit's language, status records, or a
 * recording.
 */
export type JsonSchemaName = "messages" | "changes" | "status" | "raw"

/** A JSON Schema document, ready for `JSON.stringify`. */
export interface JsonSchemaDocument {
  readonly $schema: "https://json-schema.org/draft/2020-12/schema"
  /** Its name as an address. There need be nothing to read at it. */
  readonly $id: string
  readonly title: string
  readonly description: string
  /** Any of these is one line of the stream. */
  readonly anyOf: ReadonlyArray<unknown>
  readonly $defs: { readonly [name: string]: unknown }
}

/**
 * The JSON Schema of one line of the stream: of `messages`, `changes`, `status` or `raw`.
 *
 * It is as open as readers must be: fields it does not name are allowed everywhere, and so are kinds it does not know,
 * but a known kind must have its form. A feed message that the toolkit quarantines (for the form of an outcome, say) does
 * not pass `messages`.
 *
 * @example
 * ```ts
 * import { jsonSchema } from "@boltodds/protocol/json-schema"
 *
 * console.log(JSON.stringify(jsonSchema("changes"), null, 2))
 * ```
 */
export const jsonSchema = (name: JsonSchemaName): JsonSchemaDocument =>
  ({ messages: messagesDocument, changes: changesDocument, status: statusDocument, raw: recordingDocument })[name]()

const messagesDocument = (): JsonSchemaDocument => {
  const defs = definitions(FeedMessage)
  return {
    $schema: draft,
    $id: idOf("messages"),
    title: "A message of the BoltOdds feed",
    description: "One line is one message, as it came.",
    anyOf: [{ $ref: "#/$defs/FeedMessage" }, { $ref: "#/$defs/BareError" }, { $ref: "#/$defs/UnknownMessage" }],
    $defs: {
      ...defs,
      BareError: {
        type: "object",
        description: "An error without an action, often just before the connection closes.",
        properties: { error: true, action: false },
        required: ["error"],
      },
      UnknownMessage: unknownKind("action", defs, "A message of a kind this version does not know."),
    },
  }
}

const changesDocument = (): JsonSchemaDocument => {
  const defs = { ...definitions(Change), ...definitions(Control) }
  const names = ["LineChange", "GameChange", "Control", "UnknownChange", "UnknownControl"]
  return {
    $schema: draft,
    $id: idOf("changes"),
    title: "A change of the odds, or a control of the stream",
    description: "One line is one record; `change` or `control` names its kind. Readers ignore kinds they do not know.",
    anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: {
      ...defs,
      UnknownChange: unknownKind("change", defs, "A change of a kind this version does not know."),
      UnknownControl: unknownKind("control", defs, "A control of a kind this version does not know."),
    },
  }
}

const statusDocument = (): JsonSchemaDocument => {
  const defs = definitions(StatusRecord)
  const names = ["BooksStatus", "SourceStatus", "LanesStatus", "ProcessStatus", "UnknownStatus"]
  return {
    $schema: draft,
    $id: idOf("status"),
    title: "The status of a process",
    description:
      "One line is one record, once a second; `status` names its kind. Readers ignore kinds they do not know.",
    anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: { ...defs, UnknownStatus: unknownKind("status", defs, "A status of a kind this version does not know.") },
  }
}

const recordingDocument = (): JsonSchemaDocument => {
  const whole = Schema.toJsonSchemaDocument(Schema.Union([RecordingHeader, EventLine]))
  const described = withDescriptions(withoutInfinity({ ...whole.definitions, Line: whole.schema })) as Json
  return {
    $schema: draft,
    $id: idOf("raw"),
    title: "A line of a recording",
    description: "The first line is the header; every other line is an event of a session.",
    anyOf: [{ $ref: "#/$defs/Line" }],
    $defs: described,
  }
}

const idOf = (name: JsonSchemaName): string => `https://github.com/boltodds/boltodds/schemas/${name}.schema.json`

const draft = "https://json-schema.org/draft/2020-12/schema"

type Json = { readonly [key: string]: unknown }

const definitions = (schema: Schema.Constraint): Json =>
  withDescriptions(withoutInfinity(Schema.toJsonSchemaDocument(schema).definitions)) as Json

/** Describes each field that its schema does not describe. */
const withDescriptions = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withDescriptions)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === "properties" ? describedFields(entry as Json) : withDescriptions(entry),
    ]),
  )
}

const describedFields = (properties: Json): Json =>
  Object.fromEntries(
    Object.entries(properties).map(([name, field]) => {
      const description = fieldDescriptions[name]
      const inner = withDescriptions(field)
      return [
        name,
        description === undefined || typeof inner !== "object" || inner === null ? inner : { description, ...inner },
      ]
    }),
  )

/** Effect writes infinite numbers as strings; JSON has none, and no line of ours holds such a string for a number. */
const withoutInfinity = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((entry) => !isInfinity(entry)).map(withoutInfinity)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutInfinity(entry)]))
}

const isInfinity = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "enum" in value && Array.isArray(value.enum) &&
  value.enum.includes("Infinity")

const unknownKind = (field: string, defs: Json, description: string): Json => ({
  type: "object",
  description,
  properties: {
    [field]: { type: "string", description: fieldDescriptions[field], not: { enum: kinds(field, defs) } },
  },
  required: [field],
})

/** The kinds that the definitions know, wherever one of them says `field` must be one of some names. */
const kinds = (field: string, value: unknown): ReadonlyArray<unknown> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) =>
    key === field && typeof entry === "object" && entry !== null && "enum" in entry && Array.isArray(entry.enum)
      ? entry.enum
      : kinds(field, entry)
  )
}
