/** What may be a secret in a line of a text that cannot be read as YAML. */
import { speaksOfSecret } from "./mayShow.ts"

/**
 * Where in a line (by the offset of its beginning) that begins which may be a secret: after its first colon, or its
 * indentation where it has none. Its end where neither it nor a line that it is nested in speaks of a secret.
 */
export const secretFrom = (text: string, start: number): number => {
  const line = lineAt(text, start)
  const end = start + line.length
  if (!mayHold(line) && !isNestedInSecret(text, start, indentOf(line))) return end
  const key = /^[\s-]*(?:"[\w.-]{1,32}"|[\w.-]{1,32})\s*:(?=\s|$|["'{[])/.exec(line)?.[0]
  return start + (key === undefined ? indentOf(line) : key.length)
}

const lineAt = (text: string, start: number): string => {
  const end = text.indexOf("\n", start)
  return text.slice(start, end === -1 ? text.length : end)
}

/** In spaces; what a `- ` takes counts. */
const indentOf = (line: string): number => /^[\s-]*/.exec(line)![0].length

const mayHold = (line: string): boolean => line.includes("://") || speaksOfSecret(line)

/** More lines than this before it are not looked at: then it counts as nested in a secret. */
const farthest = 2000

const isNestedInSecret = (text: string, start: number, indent: number): boolean => {
  let [at, left] = [start, indent]
  for (let count = 0; at > 0 && left > 0; count++) {
    if (count >= farthest) return true
    at = text.lastIndexOf("\n", at - 2) + 1
    const line = lineAt(text, at)
    if (line.trim() === "" || indentOf(line) >= left) continue
    if (mayHold(line)) return true
    left = indentOf(line)
  }
  return false
}
