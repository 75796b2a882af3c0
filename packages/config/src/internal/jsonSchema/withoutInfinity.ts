/** JSON Schema without what JSON cannot hold. */

/** Effect lets infinite numbers be written as texts; nobody writes a configuration so. */
export const withoutInfinity = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((entry) => !isInfinity(entry)).map(withoutInfinity)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutInfinity(entry)]))
}

const isInfinity = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "enum" in value && Array.isArray(value.enum) &&
  value.enum.includes("Infinity")
