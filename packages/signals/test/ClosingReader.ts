/** A reader of `closing`, as its document says. */
import type { EmitReader } from "@boltodds/pipeline"
import type { Control } from "@boltodds/protocol"
import type { Closing } from "@boltodds/signals"
import type { Envelope } from "@boltodds/sink"

export class ClosingReader implements EmitReader<Closing> {
  readonly known = new Map<string, Closing>()

  take(envelopes: ReadonlyArray<Pick<Envelope<Closing>, "text">>): ReadonlyArray<Closing> {
    const records = envelopes.map(({ text }) => JSON.parse(text) as Closing | Control)
    const closings = records.flatMap((record) => "control" in record ? [] : [record])
    for (const record of closings) {
      const id = `${record.key} ${record.sportsbook}`
      if (record.closing === "withdrawn") this.known.delete(id)
      else this.known.set(id, record)
    }
    return closings
  }

  belief(): ReadonlyArray<string> {
    return [...this.known].map(([id, { closing, odds, reason = "" }]) => `${id} ${closing} ${odds} ${reason}`)
      .toSorted()
  }

  /** It is history: nobody acts on it. */
  live(): ReadonlyArray<string> {
    return []
  }
}
