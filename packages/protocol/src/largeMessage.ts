/** What is kept and shown of a message that is beyond a bound. */
import { backslash, quote } from "./FrameWalk.ts"
import type { Scope } from "./Item.ts"
import { salvageScope } from "./salvage.ts"

const encoder = new TextEncoder()
const lossy = new TextDecoder("utf-8")
const headBytes = 64 * 1024
/** What is shown of a message that is not parsed. */
const shownBytes = 4 * 1024

/** The beginning of a message that is beyond a bound. */
export const headOf = (bytes: Uint8Array): string => lossy.decode(bytes.subarray(0, shownBytes))

/**
 * What a message that is beyond a bound may be about: the game or the sportsbook that its beginning names, where no
 * other is named after it, or else the session.
 */
export const scopeOfHead = (bytes: Uint8Array): Scope => {
  const head = bytes.subarray(0, headBytes)
  const scope = salvageScope(lossy.decode(head))
  if (scope?.sportsbook === undefined || names(bytes, head.length, "sportsbook")) return {}
  return names(bytes, head.length, "game") ? { sportsbook: scope.sportsbook } : scope
}

/**
 * A message that is too large, cut a little above the bound: what names it has after that still stand at its end. The word
 * that the cut is in is blanked out: it may be most of a secret, which nobody recognizes without its end.
 */
export const cutTo = (bytes: Uint8Array, messageBytes: number): Uint8Array => {
  const kept = messageBytes + 1
  const blankFrom = Math.max(wordBefore(bytes, kept), Math.min(headBytes, kept))
  const end = ["sportsbook", "game"].filter((name) => names(bytes, blankFrom, name)).map((name) => `"${name}"`).join("")
  if (bytes.length <= kept + end.length) return bytes
  const cut = new Uint8Array(kept + end.length)
  cut.set(bytes.subarray(0, kept))
  cut.fill(0x20, blankFrom, kept)
  cut.set(encoder.encode(end), kept)
  return cut
}

/** Where the word begins that goes on at this index: after a blank, or after a quote that is not escaped. */
const wordBefore = (bytes: Uint8Array, to: number): number => {
  let index = to
  while (index > 0) {
    const byte = bytes[index - 1]!
    if (byte <= 0x20 || (byte === quote && bytes[index - 2] !== backslash)) return index
    index--
  }
  return 0
}

/** Whether a text of this field's name, in whatever case and however often encoded, stands at or after `from`. */
const names = (bytes: Uint8Array, from: number, field: string): boolean => {
  const codes = encoder.encode(field)
  // One that begins before the cut.
  for (let index = Math.max(0, from - field.length - 2); index < bytes.length; index++) {
    if (bytes[index] !== quote) continue
    let at = 0
    while (at < codes.length && (bytes[index + 1 + at]! | 0x20) === codes[at]) at++
    const next = bytes[index + 1 + at]
    if (at === codes.length && (next === quote || next === backslash)) return true
  }
  return false
}
