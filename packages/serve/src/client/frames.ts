/** Records as bytes: made once for all clients that get the same. */
import type { Envelope } from "@boltodds/sink"
import { constants, deflateRawSync } from "node:zlib"
import { type IdNames, idOf } from "../stream/Ring.ts"

/**
 * How the bytes of a client are made: `websocket`, `deflated` (a WebSocket with `permessage-deflate`, no context kept) or
 * `events` (Server-Sent Events).
 */
export type Encoding = "websocket" | "deflated" | "events"

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
export interface EncodeOptions extends IdNames {
  /**
   * After which of these a client can go on: `all` · `last`, for a snapshot, of which a part is no state that ever was ·
   * `none`, for merged records, which are out of order.
   */
  readonly resumable: "all" | "last" | "none"
}

/** The bytes of these records, in a few pieces. */
export const encodeRecords = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  encoding: Encoding,
  options: EncodeOptions,
): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  let text = ""
  const end = (): void => {
    if (text === "") return
    const bytes = Buffer.from(text)
    pieces.push(encoding === "events" ? bytes : encoding === "websocket" ? webSocketFrame(bytes) : deflatedFrame(bytes))
    text = ""
  }
  for (let index = 0; index < envelopes.length; index++) {
    const envelope = envelopes[index]!
    if (encoding === "events") text += `${idLine(envelopes, index, options)}data: ${envelope.text}\n\n`
    else text += text === "" ? envelope.text : `\n${envelope.text}`
    if (text.length >= chunkLength) end()
  }
  end()
  return pieces
}

/** An empty id makes a browser forget the last one, until the next: it asks for a snapshot then. */
const idLine = (
  envelopes: ReadonlyArray<Envelope<unknown>>,
  index: number,
  { resumable, ...names }: EncodeOptions,
): string => {
  const canResume = resumable === "all" || (resumable === "last" && index === envelopes.length - 1)
  return canResume ? `id: ${idOf(envelopes[index]!, names)}\n` : index === 0 ? "id:\n" : ""
}

/** What these pieces weigh. */
export const lengthOf = (pieces: ReadonlyArray<Uint8Array>): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)
