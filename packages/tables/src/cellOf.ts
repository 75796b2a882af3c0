/** From a value of a record to a cell. */
import { parseTimestamp } from "@boltodds/protocol"
import type { Cell, ColumnType } from "./Column.ts"

/** The value as a cell of that type; undefined where the type cannot hold it. */
export const cellOf = (type: ColumnType, value: unknown): Cell | undefined => {
  switch (type) {
    case "text":
      return typeof value === "string" ? value : undefined
    case "whole":
      return Number.isSafeInteger(value) ? value as number : undefined
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? value : undefined
    case "flag":
      return typeof value === "boolean" ? value : undefined
    case "time":
      return timeOf(value)
    case "json":
      return JSON.stringify(value)
  }
}

/** Few times are in use at once: those of a frame, and the starts of games. */
const most = 4096
const known = new Map<string, number>()

const timeOf = (value: unknown): number | undefined => {
  if (typeof value !== "string") return parseTimestamp(value) ?? undefined
  const found = known.get(value)
  if (found !== undefined) return found
  const millis = parseTimestamp(value)
  if (millis === null) return undefined
  if (known.size >= most) known.clear()
  known.set(value, millis)
  return millis
}
