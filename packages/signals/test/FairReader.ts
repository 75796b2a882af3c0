/** A reader of `fair`, as its document says. */
import type { EmitReader } from "@boltodds/pipeline"
import type { Control } from "@boltodds/protocol"
import { type Fair, forgetsOf, isForgotten } from "@boltodds/signals"
import type { Envelope } from "@boltodds/sink"

export class FairReader implements EmitReader<Fair> {
  readonly known = new Map<string, Fair>()

  take(envelopes: ReadonlyArray<Pick<Envelope<Fair>, "text">>): void {
    for (const { text } of envelopes) {
      const record = JSON.parse(text) as Fair | Control
      if ("control" in record) {
        const forgets = forgetsOf(record)
        if (forgets === undefined) continue
        for (const [key, { sportsbooks, sessions }] of this.known) {
          if (sportsbooks.some((name, at) => isForgotten(forgets, sessions[at]!, name))) this.known.delete(key)
        }
      } else if (record.fair === "closed") this.known.delete(record.key)
      else this.known.set(record.key, record)
    }
  }

  belief(): ReadonlyArray<string> {
    return [...this.known.values()].map(({ key, p, reference, sportsbooks }) =>
      `${key} ${JSON.stringify(p)} by ${reference} of ${sportsbooks.join("+")}`
    ).toSorted()
  }

  live(): ReadonlyArray<string> {
    return this.belief()
  }
}
