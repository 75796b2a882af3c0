/** A reader of `best`, as its document says. */
import type { EmitReader } from "@boltodds/pipeline"
import type { Control } from "@boltodds/protocol"
import { type Best, forgetsOf, isForgotten } from "@boltodds/signals"
import type { Envelope } from "@boltodds/sink"

export class BestReader implements EmitReader<Best> {
  readonly known = new Map<string, Best>()

  take(envelopes: ReadonlyArray<Pick<Envelope<Best>, "text">>): void {
    for (const { text } of envelopes) this.read(JSON.parse(text) as Best | Control)
  }

  read(record: Best | Control): void {
    if ("control" in record) {
      const forgets = forgetsOf(record)
      if (forgets === undefined) return
      for (const [key, { sportsbooks, sessions }] of this.known) {
        if (sportsbooks.every((name, at) => isForgotten(forgets, sessions[at]!, name))) this.known.delete(key)
      }
    } else if (record.best === "closed") this.known.delete(record.key)
    else this.known.set(record.key, record)
  }

  belief(): ReadonlyArray<string> {
    return [...this.known.values()].map(({ key, odds, sportsbooks, game, outcome, warnings }) => {
      const flags = warnings.filter((each) => each === "dominated" || each === "suspicious")
      return `${key} ${odds} at ${sportsbooks.join("+")}, ${game}, ${outcome}, ${flags.join()}`
    }).toSorted()
  }

  live(): ReadonlyArray<string> {
    return [...this.known.values()].flatMap(({ key, odds, sportsbooks }) =>
      sportsbooks.map((name) => `${key} ${odds} at ${name}`)
    )
  }
}
