/** Dividing a batch among deliveries that run side by side. */
import { hashText } from "@boltodds/text"
import type { Envelope } from "@boltodds/sink"

/** How many deliveries go on side by side, and what a record is about: those with one key stay in order. */
export interface Partition<in A> {
  readonly over: number
  readonly key: (value: A) => string
}

/**
 * Stages, one after another, of parts that can be delivered side by side: records of one key are in one part of a stage,
 * in order. A control is about many keys, so it is a stage of its own. The same envelopes are always divided alike.
 */
export const partitionsOf = <A>(
  envelopes: ReadonlyArray<Envelope<A>>,
  { over, key }: Partition<A>,
): ReadonlyArray<ReadonlyArray<ReadonlyArray<Envelope<A>>>> => {
  const stages: Array<ReadonlyArray<ReadonlyArray<Envelope<A>>>> = []
  let parts = new Map<number, Array<Envelope<A>>>()
  let controls: Array<Envelope<A>> = []
  const close = (): void => {
    if (parts.size > 0) stages.push([...parts.values()])
    if (controls.length > 0) stages.push([controls])
    parts = new Map()
    controls = []
  }
  for (const envelope of envelopes) {
    if (envelope._tag === "Control") {
      if (parts.size > 0) close()
      controls.push(envelope)
      continue
    }
    if (controls.length > 0) close()
    const number = hashText(key(envelope.value)) % over
    const part = parts.get(number)
    if (part === undefined) parts.set(number, [envelope])
    else part.push(envelope)
  }
  close()
  return stages
}
