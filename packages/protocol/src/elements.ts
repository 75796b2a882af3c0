/** The elements of a JSON array's text, without parsing them twice. */

/** One element: its value and its own text. */
export interface Element {
  readonly value: unknown
  readonly text: string
}

/**
 * The elements of the text of a JSON array, or undefined where this way cannot tell.
 *
 * Splits where a message that begins as the feed's do must begin, and parses each piece. Pieces that all parse, joined
 * by the commas between them, are the array: that is the proof, and why a wrong guess gives undefined, never a wrong
 * answer. Costs one search over the text beside the parsing that has to be done anyway.
 */
export const splitByOpening = (text: string): ReadonlyArray<Element> | undefined => {
  const end = text.length - 1
  if (text.charCodeAt(0) !== 0x5b || text.charCodeAt(end) !== 0x5d) return undefined
  // The opening `{"timestamp":` or `{"action":` of the first element, with the comma before any further one.
  const quote = text.indexOf('"', 2)
  if (text.charCodeAt(1) !== 0x7b || text.charCodeAt(2) !== 0x22) return undefined
  const nameEnd = text.indexOf('"', quote + 1)
  if (nameEnd === -1 || nameEnd > 40) return undefined
  const opening = "," + text.slice(1, nameEnd + 1) + ":"
  const elements: Array<Element> = []
  let from = 1
  try {
    while (from < end) {
      const next = text.indexOf(opening, from)
      const to = next === -1 ? end : next
      const piece = text.slice(from, to)
      elements.push({ value: JSON.parse(piece), text: piece })
      from = to + 1
    }
  } catch {
    // A piece that does not stand alone: the guess was wrong, or the text is broken. The caller has slower ways.
    return undefined
  }
  return elements
}

/** Where one value of a broken or unusual array stands. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * The spans between the top-level commas of an array's text, found by walking its strings and brackets.
 *
 * Works on any text that begins with `[`: a text cut off in the middle gives its last, incomplete span too.
 */
export const scanElements = (text: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let depth = 0
  let from = 1
  let index = 1
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) break
      depth--
    } else if (code === 0x2c && depth === 0) {
      spans.push({ from, to: index })
      from = index + 1
    }
  }
  spans.push({ from, to: Math.min(index, text.length) })
  const rest = text.slice(index + 1)
  if (rest.trim() !== "") spans.push({ from: index + 1, to: text.length })
  return spans
}

/** The index of the quote that closes the string opened at `open`, or the end of the text. */
const closingQuote = (text: string, open: number): number => {
  let index = open + 1
  for (;;) {
    index = text.indexOf('"', index)
    if (index === -1) return text.length
    let slashes = 0
    while (text.charCodeAt(index - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return index
    index++
  }
}
