/** Walking over the members of a compressed file. */
import type { FileHandle } from "node:fs/promises"
import type { Sound } from "./Codec.ts"

/**
 * What the bytes at the beginning of a member say: how long it is, that it goes on after them (`more`), that it is
 * damaged (`broken`), or that no member begins here (`foreign`).
 */
export type Member = number | "more" | "broken" | "foreign"

/** How a kind of member is read. */
export interface MemberForm {
  /** What every member begins with. */
  readonly magic: Buffer
  readonly read: (bytes: Buffer) => Member
  /** Of a member that is not whole, as many bytes as end with a whole line, and how to finish it after them. */
  readonly rescue: (bytes: Buffer) => Sound
}

const windowBytes = 4 * 1024 * 1024
const nothing = Buffer.alloc(0)

/**
 * What is whole in a file of members. Undefined where it begins with no member, or where whole members may follow a
 * damaged one: then it was not torn but damaged in its middle, and to cut it off there would lose what is good.
 */
export const soundMembers = async (file: FileHandle, size: number, form: MemberForm): Promise<Sound | undefined> => {
  let bytes: Buffer = nothing
  /** Where `bytes` begin in the file. */
  let at = 0
  while (at < size) {
    const member = bytes.length === 0 ? "more" : form.read(bytes)
    if (typeof member === "number") {
      at += member
      bytes = bytes.subarray(member)
    } else if (member === "more" && at + bytes.length < size) {
      const count = Math.max(windowBytes, bytes.length)
      const more = await readAt(file, at + bytes.length, Math.min(count, size - at - bytes.length))
      if (more.length === 0) return undefined
      bytes = Buffer.concat([bytes, more])
    } else if (member === "foreign" && at === 0) {
      return undefined
    } else {
      const rescued = member === "foreign" ? { keep: 0, end: nothing, rescuedLines: 0 } : form.rescue(bytes)
      const sound = { ...rescued, keep: at + rescued.keep }
      return member !== "more" && await contains(file, at + 1, size, form.magic) ? undefined : sound
    }
  }
  return { keep: at, end: nothing, rescuedLines: 0 }
}

/** Whether these bytes occur from there on. */
const contains = async (file: FileHandle, from: number, size: number, magic: Buffer): Promise<boolean> => {
  for (let at = from; at < size; at += windowBytes) {
    const bytes = await readAt(file, at, Math.min(windowBytes + magic.length - 1, size - at))
    if (bytes.includes(magic)) return true
  }
  return false
}

/** The bytes from `position` on: `count`, or fewer where the file ends. */
const readAt = async (file: FileHandle, position: number, count: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(count)
  let read = 0
  while (read < count) {
    const { bytesRead } = await file.read(bytes, read, count - read, position + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** The last of these for which it holds, where it holds for all before one for which it does; -1 where for none. */
export const lastWhere = (count: number, holds: (index: number) => boolean): number => {
  let low = -1
  let high = count
  while (high - low > 1) {
    const middle = low + high >> 1
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
