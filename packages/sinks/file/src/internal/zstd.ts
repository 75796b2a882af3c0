/** zstd (RFC 8878), each piece of it flushed, so that all of it can be read at any time. */
import * as zlib from "node:zlib"
import type { Codec, Sound } from "./Codec.ts"
import { flushed } from "./flushed.ts"
import { lastWhere, type Member, type MemberForm, soundMembers } from "./members.ts"
import { lineCount, wholeLines } from "./wholeLines.ts"

/** An empty last block (section 3.1.1.2): it may follow any block, in a frame without a checksum. */
const lastBlock = Buffer.from([0x01, 0x00, 0x00])
const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const nothing = Buffer.alloc(0)
/** A frame remembers this much of its text: 512 KiB. More would cost memory in each open file, and gain little. */
const windowLog = 19
const params = { [zlib.constants.ZSTD_c_compressionLevel]: 3, [zlib.constants.ZSTD_c_windowLog]: windowLog }

/** The frame that begins here: where each of its blocks ends, and what it is as a whole. */
interface Frame {
  readonly blocks: ReadonlyArray<number>
  readonly member: Member
}

/** Walks over the headers of frame and blocks (sections 3.1.1.1 and 3.1.1.2). */
const frameAt = (bytes: Buffer): Frame => {
  const blocks: Array<number> = []
  const head = bytes.subarray(0, magic.length)
  if (!head.equals(magic.subarray(0, head.length))) return { blocks, member: "foreign" }
  const descriptor = bytes[magic.length]
  if (descriptor === undefined) return { blocks, member: "more" }
  const isSingle = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const checksumBytes = (descriptor & 4) !== 0 ? 4 : 0
  let at = magic.length + 1 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes
  while (at + 3 <= bytes.length) {
    const header = bytes.readUIntLE(at, 3)
    const type = header >> 1 & 3
    if (type === 3) return { blocks, member: "broken" }
    at += 3 + (type === 1 ? 1 : header >> 3)
    if (at > bytes.length) break
    blocks.push(at)
    if ((header & 1) === 0) continue
    return { blocks, member: at + checksumBytes > bytes.length ? "more" : at + checksumBytes }
  }
  return { blocks, member: "more" }
}

const read = (bytes: Buffer): Member => {
  const { member } = frameAt(bytes)
  return typeof member !== "number" || textOf(bytes.subarray(0, member)) !== undefined ? member : "broken"
}

/**
 * Up to the last block at which the text ends with a whole line, and the whole lines of the blocks after it: those of a
 * batch that was cut off are compressed anew, as a frame of their own.
 */
const rescue = (bytes: Buffer): Sound => {
  const { blocks } = frameAt(bytes)
  const textTo = (block: number): Buffer | undefined => textOf(Buffer.concat([bytes.subarray(0, block), lastBlock]))
  // Where the bytes are damaged, no block after the damage can be read to.
  const last = lastWhere(blocks.length, (index) => textTo(blocks[index]!) !== undefined)
  if (last === -1) return { keep: 0, end: nothing, rescuedLines: 0 }
  let keep = 0
  let kept: Buffer = nothing
  for (const block of blocks.slice(0, last + 1).toReversed()) {
    const text = textTo(block)
    if (text?.[text.length - 1] !== 0x0a) continue
    keep = block
    kept = text
    break
  }
  const lines = wholeLines(textTo(blocks[last]!)?.subarray(kept.length))
  const finish = keep === 0 ? nothing : lastBlock
  if (lines.length === 0) return { keep, end: finish, rescuedLines: 0 }
  const again = zlib.zstdCompressSync(lines, { params })
  return { keep, end: Buffer.concat([finish, again]), rescuedLines: lineCount(lines) }
}

const textOf = (frame: Buffer): Buffer | undefined => {
  try {
    return zlib.zstdDecompressSync(frame)
  } catch {
    // Not well formed to its end: an earlier block is looked for.
    return undefined
  }
}

const form: MemberForm = { magic, read, rescue }

const codec: Codec = {
  encoder: () => flushed(zlib.createZstdCompress({ params }), zlib.constants.ZSTD_e_flush),
  // The encoder writes the header of the frame itself.
  begin: nothing,
  end: () => lastBlock,
  hasMembers: true,
  findSound: (file, size) => soundMembers(file, size, form),
}

/** zstd at level 3. Throws where `node:zlib` has no zstd. */
export const zstd = (): Codec => {
  if (typeof zlib.createZstdCompress === "function") return codec
  throw new Error("this runtime has no zstd (Node has it from 22.15 on); use gzip")
}
