/** gzip (RFC 1952), each piece of it flushed, so that all of it can be read at any time. */
import * as zlib from "node:zlib"
import type { Codec, MemberTotals, Sound } from "./Codec.ts"
import { flushed } from "./flushed.ts"
import { lastWhere, type Member, type MemberForm, soundMembers } from "./members.ts"
import { lineCount, wholeLines, withoutZeros } from "./wholeLines.ts"

/** Deflate, no flags, no time, an unknown system. */
const begin = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
/** An empty last block (RFC 1951, section 3.2.6): it may stand wherever a flush ended. */
const lastBlock = Buffer.from([0x03, 0x00])
/** What a flush ends with: an empty stored block, on a whole byte. */
const flushMark = Buffer.from([0x00, 0x00, 0xff, 0xff])
const trailerBytes = 8
const nothing = Buffer.alloc(0)

const end = ({ crc, length }: MemberTotals): Buffer => {
  const trailer = Buffer.alloc(lastBlock.length + trailerBytes)
  lastBlock.copy(trailer)
  trailer.writeUInt32LE(crc, lastBlock.length)
  trailer.writeUInt32LE(length % 2 ** 32, lastBlock.length + 4)
  return trailer
}

const read = (bytes: Buffer): Member => {
  const head = bytes.subarray(0, begin.length)
  if (!head.equals(begin.subarray(0, head.length))) return "foreign"
  try {
    // `info` gives the engine with it, which knows how much it has read.
    const { buffer, engine } = zlib.inflateRawSync(bytes.subarray(begin.length), { info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    const trailer = begin.length + engine.bytesWritten
    if (trailer + trailerBytes > bytes.length) return "more"
    return bytes.readUInt32LE(trailer) === zlib.crc32(buffer) ? trailer + trailerBytes : "broken"
  } catch (cause) {
    return isCutOff(cause) ? "more" : "broken"
  }
}

const isCutOff = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "Z_BUF_ERROR"

/**
 * Up to the last flush at which the text ends with a whole line, and the whole lines that can be read after it: those of a
 * batch that was cut off are compressed anew.
 */
const rescue = (bytes: Buffer): Sound => {
  const marks: Array<number> = []
  for (let mark = bytes.indexOf(flushMark, begin.length); mark !== -1; mark = bytes.indexOf(flushMark, mark + 1)) {
    marks.push(mark + flushMark.length)
  }
  // Where the bytes are damaged, no mark after the damage can be read to.
  const last = lastWhere(marks.length, (index) => readable(bytes.subarray(begin.length, marks[index]!)) !== undefined)
  let keep = begin.length
  let text: Buffer = nothing
  for (const mark of marks.slice(0, last + 1).toReversed()) {
    const found = textOf(bytes.subarray(begin.length, mark))
    if (found?.[found.length - 1] !== 0x0a) continue
    keep = mark
    text = found
    break
  }
  const lines = wholeLines(readable(withoutZeros(bytes.subarray(begin.length)))?.subarray(text.length))
  if (text.length + lines.length === 0) return { keep: 0, end: nothing, rescuedLines: 0 }
  const whole = lines.length === 0 ? text : Buffer.concat([text, lines])
  const tally = { crc: zlib.crc32(whole), length: whole.length }
  if (lines.length === 0) return { keep, end: end(tally), rescuedLines: 0 }
  // What follows a flush begins at a whole byte, and needs nothing of what was before; its last block is the last.
  const again = zlib.deflateRawSync(lines, { level: 6 })
  return { keep, end: Buffer.concat([again, end(tally).subarray(lastBlock.length)]), rescuedLines: lineCount(lines) }
}

/** The text of a body up to where it is cut off; undefined where it is damaged. */
const readable = (body: Buffer): Buffer | undefined => {
  try {
    return zlib.inflateRawSync(body, { finishFlush: zlib.constants.Z_SYNC_FLUSH })
  } catch {
    // The answer.
    return undefined
  }
}

/** The text of a body that ends at a flush; undefined where the four bytes only looked like one. */
const textOf = (body: Buffer): Buffer | undefined => {
  try {
    return zlib.inflateRawSync(Buffer.concat([body, lastBlock]))
  } catch {
    // Not the end of a block: there is an earlier one.
    return undefined
  }
}

const form: MemberForm = { magic: begin, read, rescue }

/** gzip at level 6. */
export const gzip: Codec = {
  encoder: () => flushed(zlib.createDeflateRaw({ level: 6 }), zlib.constants.Z_SYNC_FLUSH),
  begin,
  end,
  hasMembers: true,
  findSound: (file, size) => soundMembers(file, size, form),
}
