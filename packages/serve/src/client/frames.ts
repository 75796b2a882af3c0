/** Records as bytes: made once for all clients that get the same. */
import type { Envelope } from "@boltodds/sink"
import { constants, deflateRawSync } from "node:zlib"
import { afterLine } from "../reader/lines.ts"
import { idOf, type RingPlace } from "../stream/Ring.ts"

/**
 * How the bytes of a client are made: `websocket`, `deflated` (a WebSocket with `permessage-deflate`, no context kept),
 * `events` (Server-Sent Events), and WebSockets whose messages end with the place after them: `placed`, `placed-deflated`.
 */
export type Encoding = "websocket" | "deflated" | "events" | "placed" | "placed-deflated"

/** Whether the client can go on where it was. */
export const isPlaced = (encoding: Encoding): boolean => encoding === "placed" || encoding === "placed-deflated"

/** A frame of a WebSocket server, which masks nothing: its header and its payload in one piece. */
export const webSocketFrame = (payload: Uint8Array, { opcode = 1, isCompressed = false } = {}): Buffer => {
  const { length } = payload
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = 0x80 | (isCompressed ? 0x40 : 0) | opcode
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, header)
  return frame
}

/** A message as `permessage-deflate` has it, for any number of clients: no context is kept from one to the next. */
const deflatedFrame = (payload: Uint8Array): Buffer => {
  const deflated = deflateRawSync(payload, { level: 1, finishFlush: constants.Z_SYNC_FLUSH })
  // RFC 7692, 7.2.1: the four bytes of an empty block at the end are left out.
  return webSocketFrame(deflated.subarray(0, deflated.length - 4), { isCompressed: true })
}

/** The most text in one message of a snapshot, in characters. */
const chunkLength = 256 * 1024

/** How records are written down. */
export interface EncodeOptions {
  /** The run of records that name none. */
  readonly run: string
  /** The place of the last of these. Absent: a client cannot go on after any of them, as they are merged and out of order. */
  readonly end?: RingPlace | undefined
  /** A client can go on after the last of them only: of a snapshot a part is no state that ever was. */
  readonly isSnapshot?: boolean
}

/** The bytes of these records, in a few pieces. */
export const encodeRecords = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  encoding: Encoding,
  options: EncodeOptions,
): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  let text = ""
  const end = (index: number): void => {
    if (text === "") return
    if (isPlaced(encoding)) text += `\n${afterLine(idAt(envelopes, index, options) ?? "")}`
    pieces.push(encoding === "events" ? Buffer.from(text) : messageFrame(text, encoding))
    text = ""
  }
  const final = envelopes.length - 1
  for (let index = 0; index <= final; index++) {
    const envelope = envelopes[index]!
    if (encoding === "events") text += `${idLine(envelopes, index, options)}data: ${envelope.text}\n\n`
    else text += text === "" ? envelope.text : `\n${envelope.text}`
    if (text.length >= chunkLength || index === final) end(index)
  }
  return pieces
}

/** A message of a WebSocket. */
export const messageFrame = (text: string, encoding: Encoding): Buffer => {
  const bytes = Buffer.from(text)
  return encoding === "deflated" || encoding === "placed-deflated" ? deflatedFrame(bytes) : webSocketFrame(bytes)
}

/** After what a client can go on; undefined where it cannot. */
const idAt = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  index: number,
  { run, end, isSnapshot = false }: EncodeOptions,
): string | undefined => {
  const left = envelopes.length - 1 - index
  return end === undefined || isSnapshot && left > 0
    ? undefined
    : idOf(envelopes[index]!, run, { ring: end.ring, count: end.count - left })
}

/** An empty id makes a browser forget the last one, until the next: it asks for a snapshot then. */
const idLine = (envelopes: ReadonlyArray<Envelope<unknown>>, index: number, options: EncodeOptions): string => {
  const id = idAt(envelopes, index, options)
  return id !== undefined ? `id: ${id}\n` : index === 0 ? "id:\n" : ""
}

/** What these pieces weigh. */
export const lengthOf = (pieces: ReadonlyArray<Uint8Array>): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)
