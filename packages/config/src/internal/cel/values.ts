/** Values of CEL: the unknown, and any value as one of JSON. */

/**
 * What an operator or function gives where it is handed null: it cannot be known. `&&`, `||` and `!=` treat it as CEL
 * treats errors, so a condition is true only where it is so whatever the unknown may be. One object, made once: suspended
 * lines are frequent, and a new error costs a hundred times more.
 */
export const unknown: Error = Object.freeze(new Error("a field is null"))

/**
 * A value as JSON can hold it: whole numbers become numbers, or texts where they are too large to be exact; times ISO 8601;
 * durations seconds; bytes base64; what is no number null.
 */
export const plainOf = (value: unknown): unknown => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "bigint":
      return wholeOf(value)
    case "object":
      return value === null ? null : plainObjectOf(value)
    default:
      return null
  }
}

const plainObjectOf = (value: object): unknown => {
  if (Array.isArray(value)) return value.map(plainOf)
  if (value instanceof Set) return [...value].map(plainOf)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plainOf(item)]))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  // The library's own durations and unsigned numbers.
  if ("seconds" in value && "nanos" in value) return Number(value.seconds) + Number(value.nanos) / 1e9
  const primitive: unknown = value.valueOf()
  if (typeof primitive === "bigint") return wholeOf(primitive)
  if (value instanceof Uint8Array) return btoa(String.fromCodePoint(...value))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return null
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainOf(item)]))
}

const wholeOf = (value: bigint): number | string => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
