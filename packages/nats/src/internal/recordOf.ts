/** Messages of a stream as records. */
import type { Change, Control } from "@boltodds/protocol"

/** The record of a text; undefined if it is not a change or a control. Records of unknown kinds are records. */
export const recordOf = (text: string): Change | Control | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not a record: the caller says so.
    return undefined
  }
  const isRecord = typeof value === "object" && value !== null &&
    ("change" in value || "control" in value) &&
    "run" in value && typeof value.run === "string" && "seq" in value &&
    "session" in value
  return isRecord ? value as unknown as Change | Control : undefined
}
