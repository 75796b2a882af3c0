/** Options that a Standard Schema reads, as a schema of Effect. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { StandardIssue, StandardResult, StandardSchema } from "../PlainPlugin.ts"

/** Whether a value is a schema of a library that follows Standard Schema. */
export const isStandardSchema = (value: unknown): value is StandardSchema =>
  (typeof value === "object" || typeof value === "function") && value !== null && "~standard" in value &&
  isObject(value["~standard"]) && typeof value["~standard"]["validate"] === "function"

/** A schema of Effect that reads options as a Standard Schema does. Without one there are no options. */
export const standardOptions = (
  schema: StandardSchema | undefined,
  secrets: ReadonlyArray<string> = [],
): Schema.Decoder<unknown> => {
  if (schema === undefined) return Schema.Struct({})
  const secret = Schema.optionalKey(Schema.RedactedFromValue(Schema.String))
  const named = Schema.Struct(Object.fromEntries(secrets.map((name) => [name, secret])))
  const written = secrets.length === 0
    ? Schema.Record(Schema.String, Schema.Unknown)
    : Schema.StructWithRest(named, [Schema.Record(Schema.String, Schema.Unknown)])
  return (written as Schema.Codec<Plain, unknown>).pipe(Schema.decodeTo(
    Schema.Unknown,
    SchemaTransformation.transformEffect<unknown, Plain>({
      decode: (options) => validate(schema, withoutWrappers(options, secrets)),
      encode: () => Effect.fail(new SchemaIssue.InvalidValue({ message: "Cannot write options" })),
    }),
  ))
}

type Plain = { readonly [key: string]: unknown }

const withoutWrappers = (options: Plain, secrets: ReadonlyArray<string>): Plain =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      secrets.includes(key) && Redacted.isRedacted(value) ? Redacted.value(value) : value,
    ]),
  )

const validate = (schema: StandardSchema, options: Plain): Effect.Effect<unknown, SchemaIssue.Issue> =>
  Effect.gen(function* () {
    const ask = (value: unknown): Effect.Effect<StandardResult<unknown>> =>
      Effect.promise(async () => schema["~standard"].validate(value))
    const result = yield* ask(options)
    if (result.issues !== undefined) return yield* Effect.fail(issueOf(result.issues))
    const unread: Array<Path> = []
    for (const path of keysLeftOut(options, result.value)) {
      // A key that is renamed is read: then another value gives another result, or none.
      const other = yield* ask(withValue(options, path, Symbol("another value")))
      if (other.issues === undefined && isSame(other.value, result.value)) unread.push(path)
    }
    if (unread.length === 0) return result.value
    return yield* Effect.fail(together(unread.map((path) => unknownKey(path, result.value))))
  })

type Path = ReadonlyArray<string>

/** The keys of what was given that are not in what it came to, in mappings inside too. */
const keysLeftOut = (given: unknown, made: unknown, path: Path = []): ReadonlyArray<Path> =>
  !isPlain(given) || !isPlain(made)
    ? []
    : Object.entries(given).flatMap(([key, value]) =>
      Object.hasOwn(made, key) ? keysLeftOut(value, made[key], [...path, key]) : [[...path, key]]
    )

const withValue = (options: Plain, [key, ...rest]: Path, value: unknown): Plain => ({
  ...options,
  [key!]: rest.length === 0 ? value : withValue(options[key!] as Plain, rest, value),
})

const isSame = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]))
  }
  if (!isPlain(one) || !isPlain(other)) return isObject(one) && isObject(other) && String(one) === String(other)
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
}

const unknownKey = (path: Path, made: unknown): SchemaIssue.Issue => {
  const around = path.slice(0, -1).reduce<unknown>((value, key) => isPlain(value) ? value[key] : undefined, made)
  const known = Schema.Struct(
    Object.fromEntries(Object.keys(isPlain(around) ? around : {}).map((key) => [key, Schema.Unknown])),
  )
  return new SchemaIssue.Pointer(path, new SchemaIssue.UnexpectedKey(known.ast))
}

const issueOf = (issues: ReadonlyArray<StandardIssue>): SchemaIssue.Issue =>
  together(issues.map(({ message, path = [] }) => {
    const issue = new SchemaIssue.InvalidValue({ message })
    const keys = path.map((step) => typeof step === "object" ? step.key : step)
    return keys.length === 0 ? issue : new SchemaIssue.Pointer(keys, issue)
  }))

const together = (issues: ReadonlyArray<SchemaIssue.Issue>): SchemaIssue.Issue => {
  const [first = new SchemaIssue.InvalidValue({ message: "its schema refuses them, and gives no reason" }), ...rest] =
    issues
  return rest.length === 0 ? first : new SchemaIssue.Composite(Schema.Unknown.ast, [first, ...rest])
}

const isObject = (value: unknown): value is Plain => typeof value === "object" && value !== null

const isPlain = (value: unknown): value is Plain => {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
