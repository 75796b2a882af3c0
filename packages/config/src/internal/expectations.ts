/** What a schema wants, in words. */
import type * as SchemaAST from "effect/SchemaAST"

/** What must be written for a schema: `a number`, `one of "a", "b"`. */
export const expectationOf = (ast: SchemaAST.AST, depth = 0): string => {
  const own = textAt(ast, "expected")
  // What stands in a file is the encoded side; only where that says nothing the decoded side speaks.
  const encoded = ast.encoding?.at(-1)?.to
  if (own !== undefined && (encoded === undefined || textAt(encoded, "expected") === undefined)) {
    return encoded !== undefined && own === "Redacted" ? secret : own
  }
  if (encoded !== undefined && depth < 10) return expectationOf(encoded, depth + 1)
  switch (ast._tag) {
    case "String":
      return "a text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Literal":
      return JSON.stringify(ast.literal)
    case "Arrays":
      return "a list"
    case "Objects": {
      const names = ast.propertySignatures.map(({ name }) => String(name))
      return names.length === 0
        ? "a mapping"
        : `a mapping with ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`
    }
    case "Suspend":
      return depth < 10 ? expectationOf(ast.thunk(), depth + 1) : "another value"
    case "Union": {
      const kinds = [...new Set(ast.types.map((type) => expectationOf(type, depth + 1)))]
      const literals = ast.types.length > 1 && ast.types.every(({ _tag }) => _tag === "Literal")
      return literals ? `one of ${kinds.join(", ")}` : kinds.join(", or ")
    }
    case "Declaration":
      return textAt(ast, "title") ?? "another value"
    default:
      return "another value"
  }
}

const secret = "a secret: { env: NAME }, { file: path } or a text"

/** What the last check of a schema, or the schema itself, says under this name. */
const textAt = (ast: SchemaAST.AST, key: "expected" | "title"): string | undefined => {
  const text = ast.checks?.at(-1)?.annotations?.[key] ?? ast.annotations?.[key]
  return typeof text === "string" ? text : undefined
}

/** What an annotation says should be shown instead of our own words. */
export const expectationMessage = (
  annotations: { readonly [key: string]: unknown } | undefined,
): string | undefined => {
  const message = annotations?.["message"]
  return typeof message === "string" ? message : undefined
}
