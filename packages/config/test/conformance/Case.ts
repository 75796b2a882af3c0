/** The conformance tests of CEL, in the form in which they are kept here. */
import { Duration, UnsignedInt } from "@marcbachmann/cel-js/evaluator"
import { evaluatingEnvironment } from "../../src/internal/cel/environment.ts"
import { isOverBudget, startSteps } from "../../src/internal/cel/budget.ts"
import { parseBounded } from "../../src/internal/cel/meter.ts"

/** A value with its type. */
export type Value =
  | { readonly int: string }
  | { readonly uint: string }
  | { readonly double: string }
  | { readonly string: string }
  | { readonly bytes: string }
  | { readonly bool: boolean }
  | { readonly null: true }
  | { readonly type: string }
  | { readonly list: ReadonlyArray<Value> }
  | { readonly map: ReadonlyArray<readonly [Value, Value]> }
  | { readonly duration: readonly [string, string] }
  | { readonly timestamp: readonly [string, string] }

/**
 * One test: its file (`f`), section (`s`) and name (`n`), the expression (`e`) with its variables (`b`), and the value that
 * it has (`v`), or that it fails (`x`).
 */
export interface Case {
  readonly f: string
  readonly s: string
  readonly n: string
  readonly e: string
  readonly b?: { readonly [name: string]: Value }
  readonly v?: Value
  readonly x?: true
}

/** Whether our expressions do what a test wants. */
export const passes = ({ e, b = {}, v, x }: Case): boolean => {
  try {
    const environment = evaluatingEnvironment({ name: "none" })
    for (const name of Object.keys(b)) environment.registerVariable(name, "dyn")
    startSteps()
    const context = Object.fromEntries(Object.entries(b).map(([name, value]) => [name, valueOf(value)]))
    const result: unknown = parseBounded(e, environment).program(context)
    return !isOverBudget() && x !== true && shown(result) === (v === undefined ? undefined : shown(valueOf(v)))
  } catch {
    return x === true
  }
}

const valueOf = (value: Value): unknown => {
  if ("int" in value) return BigInt(value.int)
  if ("uint" in value) return new UnsignedInt(BigInt(value.uint))
  if ("double" in value) return Number(value.double)
  if ("string" in value) return value.string
  if ("bytes" in value) return Buffer.from(value.bytes, "hex")
  if ("bool" in value) return value.bool
  if ("null" in value) return null
  if ("list" in value) return value.list.map(valueOf)
  if ("map" in value) return new Map(value.map.map(([key, item]) => [valueOf(key), valueOf(item)]))
  if ("duration" in value) return new Duration(BigInt(value.duration[0]), Number(value.duration[1]))
  if ("timestamp" in value) {
    return new Date(Number(value.timestamp[0]) * 1_000 + Math.floor(Number(value.timestamp[1]) / 1e6))
  }
  return { type: value.type }
}

/** A value as text: the same for equal values of one type alone. Keys of plain objects are texts. */
const shown = (value: unknown): string => {
  if (typeof value === "bigint") return `int ${value}`
  if (typeof value === "number") return `double ${Object.is(value, -0) ? 0 : value}`
  if (value instanceof UnsignedInt) return `uint ${value.valueOf()}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`
  if (value instanceof Date) return `timestamp ${value.getTime()}`
  if (value instanceof Duration) return `duration ${value.seconds} ${value.nanos}`
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`
  if (value instanceof Map) return mapText([...value])
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "nothing"
  if ("type" in value && Object.keys(value).length === 1) return `type ${String(value.type)}`
  if (value.constructor === Object || value.constructor === undefined) return mapText(Object.entries(value))
  return "name" in value ? `type ${String(value.name)}` : String(value)
}

const mapText = (entries: ReadonlyArray<readonly [unknown, unknown]>): string =>
  `{${entries.map(([key, item]) => `${keyText(key)}: ${shown(item)}`).sort().join(", ")}}`

/** The library keeps the keys of plain maps as texts. */
const keyText = (key: unknown): string => String(key)
