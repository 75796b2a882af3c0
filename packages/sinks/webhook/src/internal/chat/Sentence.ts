/** Sentences of a message in a channel, and how many fit into one. */

/** A sentence. A `warning` says something about all prices, and must not be lost to a limit. */
export interface Sentence {
  readonly text: string
  readonly warning: boolean
}

/** Escapes a name for the service that shows it. */
export type Escape = (name: string) => string

/** `… and 37 more`: never longer than this. */
const moreLength = 40

/**
 * The sentences in their order, one a line, in at most `limit` UTF-16 code units (no service counts more than that).
 *
 * Where not all fit, warnings stay before anything else, and of the others the newest: leaving out the end would let a
 * price stand that the same batch had already replaced. What is left out is counted in its place.
 */
export const fit = (sentences: ReadonlyArray<Sentence>, limit: number): string => {
  const whole = sentences.map(({ text }) => text).join("\n")
  if (whole.length <= limit) return whole
  const kept = new Set<number>()
  let left = limit - moreLength
  const keep = (index: number): boolean => {
    const { text } = sentences[index]!
    if (text.length + 1 > left) return false
    left -= text.length + 1
    kept.add(index)
    return true
  }
  for (let index = sentences.length - 1; index >= 0; index--) if (sentences[index]!.warning && !keep(index)) break
  for (let index = sentences.length - 1; index >= 0; index--) if (!sentences[index]!.warning && !keep(index)) break
  const lines: Array<string> = []
  let passed = 0
  const omitted = sentences.length - kept.size
  for (let index = 0; index < sentences.length; index++) {
    if (kept.has(index)) lines.push(sentences[index]!.text)
    else if (++passed === omitted) lines.push(`… and ${omitted} more, earlier`)
  }
  return lines.join("\n")
}
