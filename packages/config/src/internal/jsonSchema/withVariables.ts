/** JSON Schema in which any scalar may be a text with variables. */

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

/** Whether it is a schema of scalars of which a text with a variable is none. */
const isClosed = (schema: object): boolean => {
  const { type, pattern, enum: names } = schema as { readonly [key: string]: unknown }
  if (Array.isArray(names)) return true
  if (Array.isArray(type)) return type.some((name) => scalars.has(String(name)))
  return typeof type === "string" && (scalars.has(type) || (type === "string" && typeof pattern === "string"))
}
