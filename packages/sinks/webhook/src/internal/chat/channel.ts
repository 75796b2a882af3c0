/** A batch of changes as one message in a channel. */
import type { Batch } from "@boltodds/sink"
import { WebhookCannotTell } from "../../WebhookError.ts"
import type { BodyFormat, BodyPart, WebhookMessage } from "../BodyPart.ts"
import { webhookId } from "../Secret.ts"
import { type ChatFields, recordOf } from "./ChatFields.ts"
import { FirstSnapshots } from "./FirstSnapshots.ts"
import { fit } from "./Sentence.ts"
import { signalKindOf } from "./signalSentences.ts"
import { sentencesOf } from "./sentences.ts"
import type { Writing } from "./Writing.ts"

/** What makes one service different from another. */
export interface Service extends Writing {
  readonly name: string
  /** Of one message, in UTF-16 code units. */
  readonly limit: number
  readonly payload: (text: string) => object
  readonly query: string
}

/** The format of a service. One for each sink: it knows which runs have settled. */
export const channel = (service: Service): BodyFormat => {
  const snapshots = new FirstSnapshots()
  return {
    partsOf: (batch) => partsOf(batch, service, snapshots),
    test: () => Buffer.from(JSON.stringify(service.payload("A test by boltodds: this channel can be reached"))),
    query: service.query,
  }
}

/** Whether sentences are made of such records. */
const isForPeople = (record: ChatFields | undefined): boolean =>
  record !== undefined && (typeof record["change"] === "string" || signalKindOf(record) !== undefined)

/** One message; none where there is nothing to write. */
const partsOf = (batch: Batch<unknown>, service: Service, snapshots: FirstSnapshots): ReadonlyArray<BodyPart> => {
  const whole = { from: 0, to: batch.envelopes.length }
  const superseded = new Set(batch.superseded)
  const records: Array<ChatFields> = []
  for (const [index, envelope] of batch.envelopes.entries()) {
    const record = recordOf(envelope)
    if (envelope._tag === "Record" && !isForPeople(record)) {
      // No message would ever be sent of such a stream, without a reason.
      return [{ ...whole, content: { _tag: "Refused", cause: new WebhookCannotTell(service.name, envelope.seq) } }]
    }
    // History: a newer price of the line is on its way.
    if (record === undefined || superseded.has(index)) continue
    if (typeof record["control"] === "string") snapshots.note(record)
    records.push(record)
  }
  const sentences = sentencesOf(records.filter((record) => !snapshots.has(record)), service)
  if (sentences.length === 0) return []
  const make = (): WebhookMessage => ({
    id: webhookId(batch.id),
    body: Buffer.from(JSON.stringify(service.payload(fit(sentences, service.limit)))),
  })
  return [{ ...whole, content: { _tag: "Body", make } }]
}
