/** The fields of a record, as far as a message in a channel needs them. */
import type { Envelope } from "@boltodds/sink"

export type ChatFields = Readonly<Record<string, unknown>>

/**
 * The value of an envelope where that is an object, or else what its JSON says: a store may return a record as text.
 * Undefined where neither is an object.
 */
export const recordOf = (envelope: Envelope<unknown>): ChatFields | undefined => {
  const { value } = envelope
  if (isFields(value)) return value
  const parsed = parse(typeof value === "string" ? value : envelope.text)
  return isFields(parsed) ? parsed : undefined
}

const isFields = (value: unknown): value is ChatFields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The caller reports that it is not a record.
    return undefined
  }
}
