/** Reading what is to be replayed: traces and recordings. */
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import { decodeEvent, decodeRecordingHeader, memberText } from "@boltodds/protocol"
import { LineSplitter, longestLineFor } from "@boltodds/text"
import { getHeapStatistics } from "node:v8"
import * as Result from "effect/Result"
import { SimulatorError } from "../SimulatorError.ts"

/** One frame of a recording. */
export interface TraceFrame {
  /** Milliseconds, from any origin. */
  readonly atMillis: number
  /** As it is to be sent, byte for byte. */
  readonly raw: string | Uint8Array
}

/**
 * The frames of a file, in their order, as they are read: the file need not fit into memory.
 *
 * A file is either a trace, lines of `{"t": milliseconds, "frame": object or array or string}` with any other fields
 * ignored, or a recording of this toolkit (a header line, then events; its frames are what is replayed). Plain or gzip,
 * recognized by its first bytes. The text of a frame is exactly the text in the line.
 *
 * Fails with {@link SimulatorError} of kind `recording`, naming the line.
 */
export async function* readTrace(path: string): AsyncGenerator<ReadonlyArray<TraceFrame>> {
  let number = 0
  let recording = false
  for await (const lines of readLines(path)) {
    const frames: Array<TraceFrame> = []
    for (const line of lines) {
      number++
      if (line.trim() === "") continue
      if (number === 1 && line.includes('"boltodds_recording"')) {
        const header = decodeRecordingHeader(line)
        if (Result.isFailure(header)) throw wrong(path, number, header.failure.reason)
        recording = true
        continue
      }
      const frame = recording ? recordedFrame(line, path, number) : traceFrame(line, path, number)
      if (frame !== undefined) frames.push(frame)
    }
    if (frames.length > 0) yield frames
  }
  if (number === 0) throw new SimulatorError("recording", `Cannot replay ${path}: it is empty`)
}

/** Frames of a session that this server says itself: replaying them would acknowledge twice. */
const ownWords = /^\s*(?:\[\s*)?\{\s*"action"\s*:\s*"(?:socket_connected|subscription_updated)"/

const recordedFrame = (line: string, path: string, number: number): TraceFrame | undefined => {
  const event = decodeEvent(line)
  if (Result.isFailure(event)) throw wrong(path, number, event.failure.reason)
  if (event.success._tag !== "Frame") return undefined
  const { raw, at } = event.success
  return typeof raw === "string" && ownWords.test(raw) ? undefined : { atMillis: at, raw }
}

const traceFrame = (line: string, path: string, number: number): TraceFrame => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw wrong(path, number, "it is not JSON", cause)
  }
  if (typeof value !== "object" || value === null || !("frame" in value)) {
    throw wrong(path, number, 'it is no object with a "frame"')
  }
  const at: unknown = "t" in value ? value.t : 0
  if (typeof at !== "number") throw wrong(path, number, '"t" is no number of milliseconds')
  if (typeof value.frame === "string") return { atMillis: at, raw: value.frame }
  // Its text as it stands: parsing and writing it again would change numbers (`6.0`), escapes and the order of keys.
  const text = memberText(line, ["frame"])
  if (text === undefined) throw wrong(path, number, '"frame" cannot be found in its text')
  return { atMillis: at, raw: text }
}

const wrong = (path: string, line: number, what: string, cause?: unknown): SimulatorError =>
  new SimulatorError("recording", `Cannot replay ${path}: line ${line} is not a frame, as ${what}`, cause)

/** The lines of a file, a chunk's worth at a time. */
async function* readLines(path: string): AsyncGenerator<ReadonlyArray<string>> {
  const splitter = new LineSplitter({
    maxBytes: longestLineFor(getHeapStatistics().heap_size_limit),
    onTooLong: ({ line, maxBytes }) => {
      throw wrong(path, line, `it is longer than ${maxBytes} bytes`)
    },
  })
  try {
    // The file is opened only once someone reads it: an error of a stream that nobody reads has nowhere to go.
    const chunks: AsyncIterable<Uint8Array> = await isGzip(path)
      ? pipeline(createReadStream(path), createGunzip(), () => {})
      : createReadStream(path)
    for await (const chunk of chunks) {
      const lines = [...splitter.push(chunk)]
      if (lines.length > 0) yield lines
    }
  } catch (cause) {
    if (cause instanceof SimulatorError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SimulatorError("recording", `Cannot replay ${path}: ${reason}`, cause)
  }
  const last = splitter.end()
  if (last !== undefined) yield [last]
}

/** By the two magic bytes (RFC 1952, section 2.3.1), not by the name. */
const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
