/** The text of one member of a JSON object: what a number was before it became one. */
import { closingQuote, objectEnd } from "./elements.ts"

/**
 * The JSON text of a member, by the names that lead to it through objects within objects; undefined where it is not
 * there. `text` is valid JSON. Of members of one name the last counts, as in `JSON.parse`.
 *
 * @example
 * ```ts
 * import { memberText } from "@boltodds/protocol"
 *
 * console.log(memberText(`{"frame":{"odds":6.0}}`, ["frame", "odds"])) // 6.0
 * ```
 */
export const memberText = (text: string, names: ReadonlyArray<string>): string | undefined => {
  let from = 0
  let to = text.length
  for (const name of names) {
    const found = member(text, from, to, name)
    if (found === undefined) return undefined
    ;[from, to] = found
  }
  return text.slice(from, to)
}

const scalar = /[^\s,\]}]+/y

/** Where the value of a member begins and ends. */
const member = (text: string, from: number, to: number, name: string): readonly [number, number] | undefined => {
  let found: readonly [number, number] | undefined
  let index = skip(text, from)
  if (text.charCodeAt(index) !== 0x7b) return undefined
  index++
  while (index < to) {
    index = skip(text, index)
    const code = text.charCodeAt(index)
    if (code === 0x2c) {
      index++
      continue
    }
    if (code !== 0x22) break
    const keyEnd = closingQuote(text, index) + 1
    const key = text.slice(index + 1, keyEnd - 1)
    const isName = key === name || (key.includes("\\") && JSON.parse(`"${key}"`) === name)
    // After the colon.
    const start = skip(text, skip(text, keyEnd) + 1)
    index = valueEnd(text, start)
    if (isName) found = [start, index]
  }
  return found
}

const valueEnd = (text: string, start: number): number => {
  const code = text.charCodeAt(start)
  if (code === 0x22) return closingQuote(text, start) + 1
  if (code === 0x7b || code === 0x5b) return objectEnd(text, start)
  scalar.lastIndex = start
  return start + Math.max(1, scalar.exec(text)?.[0].length ?? 0)
}

const skip = (text: string, from: number): number => {
  let index = from
  while (index < text.length && text.charCodeAt(index) <= 0x20) index++
  return index
}
