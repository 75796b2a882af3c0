/** A reader of `opportunities`, as its document says. */
import type { EmitReader } from "@boltodds/pipeline"
import type { Control } from "@boltodds/protocol"
import { forgetsOf, type Opportunity } from "@boltodds/signals"
import type { Envelope } from "@boltodds/sink"

export class OpportunityReader implements EmitReader<Opportunity> {
  readonly known = new Map<string, Opportunity>()

  take(envelopes: ReadonlyArray<Pick<Envelope<Opportunity>, "text">>): void {
    for (const { text } of envelopes) {
      const record = JSON.parse(text) as Opportunity | Control
      if ("control" in record) {
        if (forgetsOf(record) === "all") this.known.clear()
      } else if (record.opportunity === "closed") this.known.delete(record.id)
      else this.known.set(record.id, record)
    }
  }

  belief(): ReadonlyArray<string> {
    return [...this.known.values()].map(({ id, value, legs }) =>
      `${id} ${value} ${legs.map(({ odds, outcome }) => `${outcome} ${odds}`).join()}`
    ).toSorted()
  }

  live(): ReadonlyArray<string> {
    return this.belief()
  }
}
