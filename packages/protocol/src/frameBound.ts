/** The bounds on a whole frame, and the text that stands in place of what is beyond one. */

/** A bound of `MessageLimits` on a whole frame. */
export type FrameBound = "frameMessages" | "frameOthers" | "frameValues"

/** The name of each in records. */
export const frameBoundNames: Readonly<Record<FrameBound, string>> = {
  frameMessages: "frame_messages",
  frameOthers: "frame_others",
  frameValues: "frame_values",
}

/** What each counts, in the reason of a record. */
export const countedBy: Readonly<Record<FrameBound, string>> = {
  frameMessages: "messages",
  frameOthers: "messages that name no sportsbook",
  frameValues: "values",
}

/** The text in place of the rest of a frame: the bound, and how many bytes are left out. It is an array that is not closed. */
export const restText = (bound: FrameBound, bytes: number): string => `[,,"${frameBoundNames[bound]}",${bytes}`

const restPattern = /^\[,,"(\w+)",\d+$/

/** The bound that such a text names; undefined for any other text. */
export const restBound = (text: string): FrameBound | undefined => {
  if (!text.startsWith("[,,") || text.length > 100) return undefined
  const name = restPattern.exec(text)?.[1]
  return frameBounds.find((bound) => frameBoundNames[bound] === name)
}

const frameBounds: ReadonlyArray<FrameBound> = ["frameMessages", "frameOthers", "frameValues"]
