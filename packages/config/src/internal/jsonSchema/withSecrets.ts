/** JSON Schema in which secrets and other long texts may be named instead of written out. */
import type * as SchemaAST from "effect/SchemaAST"
import { kindOf } from "../schemaParts.ts"

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

/** Follows a JSON Schema and the schema it was made of side by side; what is referred to is left as it is. */
export const withSecrets = (json: unknown, ast: SchemaAST.AST): unknown => {
  if (!isJson(json)) return json
  const kind = kindOf(ast)
  if (kind === "secret" || kind === "reference") return { anyOf: [json, ...places] }
  // A schema of a transformation describes what is written, and so does the JSON Schema.
  const encoded = ast.encoding?.at(-1)?.to
  if (encoded !== undefined) return withSecrets(json, encoded)
  switch (ast._tag) {
    case "Objects": {
      const properties = isJson(json["properties"]) ? json["properties"] : {}
      const patched = Object.fromEntries(
        Object.entries(properties).map(([name, property]) => {
          const signature = ast.propertySignatures.find((signature) => signature.name === name)
          return [
            name,
            signature === undefined ? property : described(withSecrets(property, signature.type), signature.type),
          ]
        }),
      )
      const index = ast.indexSignatures[0]
      const rest = json["additionalProperties"]
      return {
        ...json,
        ...json["properties"] === undefined ? {} : { properties: patched },
        ...index === undefined || !isJson(rest) ? {} : { additionalProperties: withSecrets(rest, index.type) },
      }
    }
    case "Arrays": {
      const rest = ast.rest[0]
      return rest === undefined ? json : { ...json, items: withSecrets(json["items"], rest) }
    }
    case "Union": {
      const members = json["anyOf"]
      if (!Array.isArray(members) || members.length !== ast.types.length) return json
      return { ...json, anyOf: members.map((member, index) => withSecrets(member, ast.types[index]!)) }
    }
    default:
      return json
  }
}

/** What a schema says of the decoded side holds for what is written too. */
const described = (json: unknown, ast: SchemaAST.AST): unknown => {
  const description = ast.checks?.at(-1)?.annotations?.["description"] ?? ast.annotations?.["description"]
  return typeof description === "string" && isJson(json) ? { description, ...json } : json
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
