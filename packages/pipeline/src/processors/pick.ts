/** The processors `pick` and `map`: other texts for records. */
import { type Form, makeRecord } from "@boltodds/sink"
import { markLast } from "../emits/forms.ts"
import { immediate, type Processor } from "./Processor.ts"

/** The names of the fields of a value; of a union, those of all its members. */
export type FieldOf<A> = A extends unknown ? keyof A & string : never

/**
 * Writes only these fields, in this order. A field that a record does not have is left out.
 *
 * The text has only the named fields: without `change`, a reader cannot distinguish a closing from a price; without
 * `run` and `seq`, it cannot see which record came twice; and `last` ends a group only if it is named. Lanes and later
 * processors still see whole records. Controls are written whole.
 *
 * @example
 * ```ts
 * import type { Change } from "@boltodds/protocol"
 * import { changes, pick, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({
 *   name: "prices",
 *   emit: changes(),
 *   processor: () => pick<Change>(["change", "seq", "sportsbook", "game", "outcome", "odds"]),
 *   sink: stdout(),
 * })
 * ```
 */
export const pick = <A>(fields: ReadonlyArray<FieldOf<A>>): Processor<A, A> =>
  map<A>((value) => {
    const picked: Record<string, unknown> = {}
    const from = Object(value) as { readonly [field: string]: unknown }
    for (const field of fields) if (field in from) picked[field] = from[field]
    return picked
  })

/**
 * Writes the object that `f` makes of each record. `f` must be pure: it is called when the text is needed, possibly
 * more than once, with the `last` of that moment.
 *
 * Only the text changes: lanes and later processors still see the records. Controls are written whole.
 *
 * @example
 * ```ts
 * import { isLineChange, type Change } from "@boltodds/protocol"
 * import { changes, map, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * const decimal = (odds: number): number => 1 + (odds > 0 ? odds / 100 : -100 / odds)
 * route({
 *   name: "decimal",
 *   emit: changes(),
 *   processor: () =>
 *     map<Change>((change) =>
 *       isLineChange(change) && change.odds !== null ? { ...change, decimal: decimal(change.odds) } : change
 *     ),
 *   sink: stdout(),
 * })
 * ```
 */
export const map = <A>(f: (value: A) => object): Processor<A, A> => {
  const form: Form<A> = { encode: (value) => JSON.stringify(f(value)), mark: markLast }
  return immediate((envelope) => makeRecord(envelope, envelope.value, form))
}
