/** Texts of a store or a server as records. */
import type { StreamRecord } from "./Control.ts"
import { recordFault } from "./recordFault.ts"

/** What a text holds: a change or a control, or else why it holds none, in few words. */
export type ReadRecord =
  | { readonly record: StreamRecord; readonly fault?: never }
  | { readonly record?: never; readonly fault: string }

/**
 * The change or control that a text holds. Kinds that a later version adds are records; a text that lacks a field of which a
 * book is made is not one, see {@link recordFault}. For authors of sources of records.
 *
 * @example
 * ```ts
 * import { readRecord } from "@boltodds/protocol"
 *
 * console.log(readRecord("hello").fault) // it is not JSON
 * ```
 */
export const readRecord = (text: string): ReadRecord => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: "it is not JSON" }
  }
  const fault = recordFault(value)
  return fault === undefined ? { record: value as StreamRecord } : { fault }
}
