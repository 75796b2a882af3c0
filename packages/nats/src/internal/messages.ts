/** Records as messages of a stream. A record that is larger than a message may be becomes several. */
import { headers, type MsgHdrs } from "@nats-io/nats-core"
import { NatsError } from "../NatsError.ts"

/** The id by which the server recognizes a message that is sent again. */
export const idHeader = "Nats-Msg-Id"
/** The id that the last message of the stream must have for this one to be taken. */
const expectedIdHeader = "Nats-Expected-Last-Msg-Id"
/** The sequence that the last message of the stream must have for this one to be taken. */
const expectedSequenceHeader = "Nats-Expected-Last-Sequence"
/** Of a record in several messages: which of how many, from 1, as `2/3`. */
export const pieceHeader = "Boltodds-Piece"

/** Room for the headers, which count as payload. In bytes. */
const room = 2_048
/** Below this a record would become very many messages. In bytes. */
const smallestPayload = 2 * room
const encoder = new TextEncoder()

/** A message to publish. */
export interface Outgoing {
  readonly subject: string
  readonly payload: Uint8Array
  /** Of a record in several messages: which of how many. */
  readonly piece: string | undefined
}

/** The messages of a record. `largest` is the largest payload that the server takes, in bytes. */
export const messagesOf = (subject: string, text: string, largest: number): ReadonlyArray<Outgoing> => {
  const payload = encoder.encode(text)
  const most = largest - room
  if (payload.length <= most) return [{ subject, payload, piece: undefined }]
  if (largest < smallestPayload) {
    throw new NatsError(
      "stream",
      `NATS takes messages of ${largest} bytes at most. Set max_payload of the server to ${smallestPayload} or more.`,
    )
  }
  const count = Math.ceil(payload.length / most)
  return Array.from({ length: count }, (_, index) => ({
    // Each piece has a subject of its own: with one for all, the latest of them would replace the others.
    subject: index === 0 ? subject : `${subject}.${index + 1}`,
    payload: payload.subarray(index * most, (index + 1) * most),
    piece: `${index + 1}/${count}`,
  }))
}

/**
 * The headers of a message. `after` is what the stream must end with: an id, or a sequence for the first message.
 *
 * Sequences alone would not do for all: of a batch that begins too early, one message would expect the sequence at which
 * the stream ends, and the rest of the batch would be taken without its beginning.
 */
export const headersOf = (id: string, after: string | number, piece: string | undefined): MsgHdrs => {
  const result = headers()
  result.set(idHeader, id)
  if (typeof after === "string") result.set(expectedIdHeader, after)
  else result.set(expectedSequenceHeader, String(after))
  if (piece !== undefined) result.set(pieceHeader, piece)
  return result
}

/** A message as it was read. */
export interface Incoming {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers?: MsgHdrs | undefined
}

/**
 * Joins the pieces of records. Pieces of one record follow each other; where some are missing, because a newer record
 * has replaced them, the record is left out: the newer one follows.
 */
export class Pieces {
  #id = ""
  #pieces: Array<Uint8Array> = []
  #wasTorn = false

  /**
   * Whether the end of a record is missing that began. In the latest records its beginning has replaced the record before
   * it, and nothing newer follows.
   */
  get isTorn(): boolean {
    return this.#wasTorn || this.#pieces.length > 0
  }

  /** The text of the record that this message completes; undefined where pieces are missing. */
  join({ data, headers }: Incoming): string | undefined {
    const piece = headers?.get(pieceHeader) ?? ""
    if (piece === "") return decoder.decode(data)
    const [number = 0, count = 0] = piece.split("/").map(Number)
    // All pieces of a record have ids that differ in the last number only, which counts on.
    const [, batch = "", index = "0"] = /^(.*)\/(\d+)$/.exec(headers?.get(idHeader) ?? "") ?? []
    const id = `${batch}/${Number(index) - number}`
    if (number === 1) {
      this.#wasTorn ||= this.#pieces.length > 0
      this.#id = id
      this.#pieces = []
    }
    if (id !== this.#id || this.#pieces.length !== number - 1) return undefined
    // A copy: the client may use the memory of a message again.
    this.#pieces.push(data.slice())
    if (number < count) return undefined
    const text = decoder.decode(Buffer.concat(this.#pieces))
    this.#pieces = []
    return text
  }
}

const decoder = new TextDecoder()
