/** Whether a JSON Schema of records grew only by addition. */

type Json = Readonly<Record<string, unknown>>

interface Document {
  readonly $defs: Readonly<Record<string, Json>>
}

/** What a record of the old schema may not say any more, or must say now; where. Empty: it grew only by addition. */
export const narrowings = (before: Document, after: Document): ReadonlyArray<string> =>
  Object.keys(before.$defs)
    // A kind that was unknown may become known: that is how the language grows.
    .filter((name) => !name.startsWith("Unknown"))
    .flatMap((name) => compare(before.$defs[name]!, after.$defs[name], name, { before, after }))

interface Documents {
  readonly before: Document
  readonly after: Document
}

/** These say nothing of what a record may be. */
const comments = ["description", "title", "examples", "$comment"]

const compare = (before: Json, given: unknown, at: string, documents: Documents): ReadonlyArray<string> => {
  if (given === undefined) return [`${at}: is gone`]
  const after = given as Json
  if (isDeepStrictlyEqual(before, after)) return []
  if ("$ref" in before || "$ref" in after) {
    // A shared definition may be written out in place; what it says is compared then.
    if (before["$ref"] === after["$ref"]) return []
    return compare(resolve(before, documents.before), resolve(after, documents.after), at, documents)
  }
  if (Object.keys(after).every((key) => comments.includes(key))) return []
  if ("anyOf" in before || "anyOf" in after) return alternatives(before, after, at, documents)
  return [
    ...lacking(before["type"], after["type"], `${at}: no longer of type`),
    ...lacking(before["enum"], after["enum"], `${at}: can no longer be`),
    ...required(before, after, at),
    ...Object.entries((before["properties"] ?? {}) as Json).flatMap(([name, property]) =>
      compare(property as Json, ((after["properties"] ?? {}) as Json)[name], `${at}.${name}`, documents)
    ),
    ...(typeof before["items"] === "object" && after["items"] !== undefined
      ? compare(before["items"] as Json, after["items"], `${at}[]`, documents)
      : []),
    ...others(before, after, at),
  ]
}

const alternatives = (before: Json, after: Json, at: string, documents: Documents): ReadonlyArray<string> => {
  const now = alternativesOf(after)
  return alternativesOf(before).flatMap((alternative) => {
    const kind = kindOf(resolve(alternative, documents.before))
    const same = now.filter((other) => kind === undefined || kindOf(resolve(other, documents.after)) === kind)
    const found = same.map((other) => compare(alternative, other, kind === undefined ? at : `${at} ${kind}`, documents))
    if (found.some((faults) => faults.length === 0)) return []
    return found[0] === undefined ? [`${at}: ${kind ?? JSON.stringify(alternative)} is gone`] : found[0]
  })
}

const alternativesOf = (schema: Json): ReadonlyArray<Json> =>
  (schema["anyOf"] as ReadonlyArray<Json> | undefined) ?? [schema]

/** What names the kind of a record: its first field with a single value. */
const kindOf = (schema: Json): string | undefined => {
  for (const property of Object.values((schema["properties"] ?? {}) as Readonly<Record<string, Json>>)) {
    const values = property["enum"]
    if (Array.isArray(values) && values.length === 1 && typeof values[0] === "string") return values[0]
  }
  return undefined
}

const required = (before: Json, after: Json, at: string): ReadonlyArray<string> => {
  const was = (before["required"] ?? []) as ReadonlyArray<string>
  const is = (after["required"] ?? []) as ReadonlyArray<string>
  return [
    ...is.filter((name) => !was.includes(name)).map((name) => `${at}.${name}: became required`),
    ...was.filter((name) => !is.includes(name)).map((name) => `${at}.${name}: is no longer always there`),
  ]
}

/** What may not be narrowed, and whatever else there is: unchanged, or left out. */
const handled = new Set([...comments, "type", "enum", "required", "properties", "items", "$defs"])
const others = (before: Json, after: Json, at: string): ReadonlyArray<string> =>
  Object.keys(after)
    .filter((key) => !handled.has(key) && !isDeepStrictlyEqual(before[key], after[key]))
    .map((key) => `${at}: ${key} is another`)

const lacking = (before: unknown, after: unknown, what: string): ReadonlyArray<string> => {
  if (after === undefined) return []
  const allowed = new Set([after].flat())
  if (before === undefined) return [`${what} anything`]
  return [before].flat().filter((value) => !allowed.has(value)).map((value) => `${what} ${String(value)}`)
}

const resolve = (schema: Json, { $defs }: Document): Json => {
  const ref = schema["$ref"]
  return typeof ref === "string" ? $defs[ref.replace("#/$defs/", "")]! : schema
}

const isDeepStrictlyEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
