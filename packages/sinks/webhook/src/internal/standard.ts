/** Records as JSON: the texts of a batch, verbatim, in an envelope of its own. */
import type { Batch, Envelope } from "@boltodds/sink"
import { createHash } from "node:crypto"
import { WebhookRecordTooLarge } from "../WebhookError.ts"
import type { BodyFormat, BodyPart, WebhookMessage } from "./BodyPart.ts"
import { webhookId } from "./Secret.ts"

/** The version of the body: raised when a field changes its meaning, which is never planned. */
const bodyVersion = 1

/** The format `standard`, with bodies of at most so many bytes. */
export const standard = (maxBodyBytes: number): BodyFormat => ({
  partsOf: (batch) => partsOf(batch, maxBodyBytes),
  test: (id, now) => Buffer.from(`{${headOf("boltodds.test", id, now)}}`),
  query: "",
})

const headOf = (type: string, id: string, at: number): string =>
  `"type":"${type}","version":${bodyVersion},"id":"${id}","timestamp":"${new Date(at).toISOString()}"`

interface Span {
  readonly from: number
  readonly to: number
  /** Of the records with a comma each, and of the numbers of those that may be superseded. */
  readonly bytes: number
}

/** More than everything around the records: the id with its part and digest, and fields of known length. */
const headBytes = (id: string): number => 300 + id.length

const partsOf = (batch: Batch<unknown>, limit: number): ReadonlyArray<BodyPart> => {
  const { envelopes } = batch
  const id = webhookId(batch.id)
  const room = limit - headBytes(id)
  const superseded = batch.superseded === undefined ? undefined : new Set(batch.superseded)
  const spans: Array<Span> = []
  let from = 0
  let bytes = 0
  for (let index = 0; index < envelopes.length; index++) {
    const own = Buffer.byteLength(envelopes[index]!.text) + 1 + (superseded?.has(index) ? numberBytes : 0)
    if (index > from && bytes + own > room) {
      spans.push({ from, to: index, bytes })
      from = index
      bytes = 0
    }
    bytes += own
  }
  spans.push({ from, to: envelopes.length, bytes })
  return spans.map(({ from, to, bytes }, index) => {
    // Only a record on its own can be over.
    if (bytes > room) {
      const cause = new WebhookRecordTooLarge(bytes + headBytes(id), limit)
      return { from, to, content: { _tag: "Refused", cause } }
    }
    const several = spans.length > 1
    const prefix = several ? `${id}_part${index + 1}` : id
    const place = several ? `,"part":${index + 1},"parts":${spans.length}` : ""
    const make = (): WebhookMessage => {
      const own = `${prefix}_${digestOf(envelopes, from, to)}`
      return { id: own, body: Buffer.from(bodyOf(envelopes, from, to, own, place, superseded)) }
    }
    return { from, to, content: { _tag: "Body", make } }
  })
}

/**
 * The end of an id. A lane that merges what waits may try a batch again with newer prices in the middle, under the same
 * numbers: with the same id a receiver that looks at each id once would throw the newer prices away.
 */
const digestOf = (envelopes: ReadonlyArray<Envelope<unknown>>, from: number, to: number): string => {
  const hash = createHash("sha256")
  for (let index = from; index < to; index++) hash.update(envelopes[index]!.text).update("\n")
  return hash.digest("hex").slice(0, 16)
}

/** An index with its comma. */
const numberBytes = 8

const bodyOf = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  from: number,
  to: number,
  id: string,
  place: string,
  superseded: ReadonlySet<number> | undefined,
): string => {
  // The time of the newest record, not of the clock: a body is the same in every attempt.
  let text = `{${headOf("boltodds.batch", id, envelopes[to - 1]!.at)}${place}`
  if (superseded !== undefined) {
    const own = [...superseded].filter((index) => index >= from && index < to).map((index) => index - from)
    text += `,"superseded":[${own.sort((a, b) => a - b).join(",")}]`
  }
  text += `,"records":[`
  for (let index = from; index < to; index++) text += (index === from ? "" : ",") + envelopes[index]!.text
  return text + "]}"
}
