/** JSON Schema as a configuration needs it: with secrets, with variables, without infinite numbers. */
import type * as SchemaAST from "effect/SchemaAST"
import { schemaKindOf } from "./schemaParts.ts"

type Json = { readonly [key: string]: unknown }

const named = (key: string, description: string): Json => ({
  type: "object",
  properties: { [key]: { type: "string" } },
  required: [key],
  additionalProperties: false,
  description,
})

const places = [
  named("env", "The environment variable that holds it."),
  named("file", "The file that holds it; relative paths start at the folder of this file."),
]

/**
 * Follows a JSON Schema and the schema it was made of side by side; what is referred to is left as it is. A schema is
 * followed in all its forms at once, since one of them names a key as it is written and another knows the secret.
 */
export const withSecrets = (json: unknown, ast: SchemaAST.AST): unknown => follow(json, formsOf(ast))

/** A schema, and what its transformations lead to. */
const formsOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => [
  ast,
  ...(ast.encoding ?? []).flatMap(({ to }) => formsOf(to)),
]

const follow = (json: unknown, forms: ReadonlyArray<SchemaAST.AST>): unknown => {
  if (!isJson(json)) return json
  if (forms.some((form) => schemaKindOf(form) === "secret" || schemaKindOf(form) === "reference")) {
    return { anyOf: [json, ...places] }
  }
  const properties = json["properties"]
  const rest = json["additionalProperties"]
  const items = json["items"]
  const members = json["anyOf"]
  const inside = (types: ReadonlyArray<SchemaAST.AST>, inner: unknown): unknown =>
    types.length === 0 ? inner : follow(inner, types.flatMap(formsOf))
  const objects = forms.filter((form) => form._tag === "Objects")
  const unions = forms.filter((form) => form._tag === "Union")
  const lists = forms.filter((form) => form._tag === "Arrays")
  return {
    ...json,
    ...isJson(properties)
      ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, property]) => {
            const types = objects.flatMap(({ propertySignatures }) =>
              propertySignatures.filter((signature) => signature.name === name).map(({ type }) => type)
            )
            return [name, described(inside(types, property), types)]
          }),
        ),
      }
      : {},
    ...isJson(rest)
      ? {
        additionalProperties: inside(
          objects.flatMap(({ indexSignatures }) => indexSignatures.slice(0, 1).map(({ type }) => type)),
          rest,
        ),
      }
      : {},
    ...isJson(items) ? { items: inside(lists.flatMap((list) => list.rest.slice(0, 1)), items) } : {},
    ...Array.isArray(members)
      ? {
        anyOf: members.map((member: unknown, index) =>
          inside(
            unions.filter(({ types }) => types.length === members.length).map(({ types }) => types[index]!),
            member,
          )
        ),
      }
      : {},
  }
}

/** What a schema says of the decoded side, or of a key, holds for what is written too. */
const described = (json: unknown, types: ReadonlyArray<SchemaAST.AST>): unknown => {
  const description = types.flatMap(formsOf)
    .flatMap((form) => [form.context?.annotations, form.checks?.at(-1)?.annotations, form.annotations])
    .map((annotations) => annotations?.["description"])
    .find((text) => typeof text === "string")
  return description !== undefined && isJson(json) ? { description, ...json } : json
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const scalars = new Set(["number", "integer", "boolean"])

/** Lets `${NAME}` stand for every value that is no free text. */
export const withVariables = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withVariables)
  if (typeof value !== "object" || value === null) return value
  const inside = Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, key === "enum" ? entry : withVariables(entry)]),
  )
  if (!isClosed(value)) return inside
  const { description, ...rest } = inside
  return {
    anyOf: [rest, { type: "string", pattern: "\\$\\{" }],
    ...description === undefined ? {} : { description },
  }
}

/** Whether it is a schema of scalars that refuses a text with a variable. */
const isClosed = (schema: object): boolean => {
  const { type, pattern, enum: names } = schema as { readonly [key: string]: unknown }
  if (Array.isArray(names)) return true
  if (Array.isArray(type)) return type.some((name) => scalars.has(String(name)))
  return typeof type === "string" && (scalars.has(type) || (type === "string" && typeof pattern === "string"))
}

/** Effect lets infinite numbers be written as texts; nobody writes a configuration so. */
export const withoutInfinity = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((entry) => !isInfinity(entry)).map(withoutInfinity)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutInfinity(entry)]))
}

const isInfinity = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "enum" in value && Array.isArray(value.enum) &&
  value.enum.includes("Infinity")
