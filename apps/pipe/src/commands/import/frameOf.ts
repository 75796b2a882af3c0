/** From a line of an archive to a frame with its time. */
import { memberText, parseTimestamp } from "@boltodds/protocol"

/** Where a line has its time and its frame: names that lead through objects. */
export interface FrameFields {
  readonly time: ReadonlyArray<string>
  /** Undefined: the line is the frame. */
  readonly frame: ReadonlyArray<string> | undefined
}

/** A frame as it was sent. */
export interface ArchivedFrame {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly text: string
}

/** A line that cannot be imported; the message says why, and what to do. */
export class ArchiveError extends Error {
  readonly _tag = "ArchiveError"
}

/** Reads a line. */
export const frameOf = (line: string, { time, frame }: FrameFields): ArchivedFrame | ArchiveError => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return new ArchiveError("it is not JSON")
  }
  const found = timeIn(value, time)
  const name = time.join(".")
  if (found === undefined) {
    return new ArchiveError(`it has no field ${name}; name the field of the time with --time-field`)
  }
  const at = parseTimestamp(found)
  if (at === null) return new ArchiveError(`${name} is no time: ${JSON.stringify(found)?.slice(0, 60)}`)
  if (frame === undefined) return { at, text: line }
  const inside = memberAt(value, frame)
  // A frame that was kept as text is the text.
  const text = typeof inside === "string" ? inside : memberText(line, frame)
  if (inside === undefined || text === undefined) return new ArchiveError(`it has no field ${frame.join(".")}`)
  return { at, text }
}

/** Of an array of messages, the time of the first that has one. */
const timeIn = (value: unknown, names: ReadonlyArray<string>): unknown => {
  if (!Array.isArray(value)) return memberAt(value, names)
  for (const message of value) {
    const found = memberAt(message, names)
    if (found !== undefined) return found
  }
  return undefined
}

const memberAt = (value: unknown, names: ReadonlyArray<string>): unknown => {
  let found = value
  for (const name of names) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as { readonly [name: string]: unknown })[name]
  }
  return found ?? undefined
}
