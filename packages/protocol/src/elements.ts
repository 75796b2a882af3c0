/** Where the elements of a JSON array's text begin and end. */
import { isWideBlank } from "./blanks.ts"

/**
 * The texts of the objects in an array that has been parsed: `text` is its JSON, `values` what it holds, all objects.
 *
 * Parsing an array whole is a third faster than parsing its elements one by one, so their texts are cut out afterwards,
 * and only if somebody asks. Two neighbors in an array meet in a seam: `},{` and the name that the first one opens
 * with. In valid JSON these characters in a row are never part of a string, since a word cannot stand after the quote
 * that would end it: each seam is between two objects that are neighbors, of this array or of one within. Only what
 * holds a bracket can hold the latter, and is walked to its end to see. If there are then just as many seams as the
 * array has neighbors, they are all. Otherwise (odd spacing, other openings, arrays of objects within) all is walked.
 */
export const elementTexts = (text: string, values: ReadonlyArray<object>): ReadonlyArray<string> =>
  cutAtSeams(text, values.length) ?? cutByWalking(text)

const beginsWithWord = /^\w/

const cutAtSeams = (text: string, count: number): ReadonlyArray<string> | undefined => {
  const nameEnd = text.indexOf('"', 3)
  if (text.charCodeAt(1) !== 0x7b || text.charCodeAt(2) !== 0x22 || nameEnd > 40) return undefined
  if (!beginsWithWord.test(text.slice(3, nameEnd))) return undefined
  const opening = text.slice(1, nameEnd + 1)
  // Compact, or with the default spacing of Python.
  const gap = text.includes(`},${opening}`) ? 1 : 2
  const seam = gap === 1 ? `},${opening}` : `}, ${opening}`
  const texts: Array<string> = []
  let from = 1
  let bracket = text.indexOf("[", 1)
  for (let index = 0; index < count; index++) {
    const next = text.indexOf(seam, from)
    if ((next === -1) !== (index === count - 1)) return undefined
    const to = next === -1 ? text.lastIndexOf("}") + 1 : next + 1
    if (bracket !== -1 && bracket < to) {
      if (objectEnd(text, from) !== to) return undefined
      bracket = text.indexOf("[", to)
    }
    texts.push(text.slice(from, to))
    from = next + 1 + gap
  }
  return texts
}

const cutByWalking = (text: string): ReadonlyArray<string> => {
  const texts: Array<string> = []
  walkElements(text, (from, to) => texts.push(text.slice(from, to)) > 0)
  return texts
}

/**
 * Walks the elements of an array's text in one pass, nested arrays flattened, and hands out where each begins and ends.
 *
 * Works on any text, broken ones too: an element cut off by the end of the text is handed out as far as it goes. Stops
 * early when `visit` returns false. Returns whether every array was closed.
 */
export const walkElements = (text: string, visit: (from: number, to: number) => boolean): boolean => {
  let open = 0
  let index = 0
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === 0x5b) {
      open++
      index++
    } else if (code === 0x5d && open > 0) {
      open--
      index++
    } else if (code <= 0x20 || code === 0x2c || isWideBlank(code)) {
      index++
    } else {
      const to = code === 0x7b ? objectEnd(text, index) : open > 0 ? scalarEnd(text, index) : text.length
      if (!visit(index, to)) return true
      index = to
    }
  }
  return open === 0
}

/** Whether the brackets of a text nest deeper than `limit`. */
export const nestsBeyond = (text: string, limit: number): boolean => {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true
    } else if (code === 0x7d || code === 0x5d) {
      depth--
    }
  }
  return false
}

/** The `{`, `[` and `,` of a text, those within strings apart: what parsing it costs. */
export const valuesIn = (text: string): number => {
  let values = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) index = closingQuote(text, index)
    else if (code === 0x7b || code === 0x5b || code === 0x2c) values++
  }
  return values
}

/** Whether a text ends within a string or within brackets that it opened. */
export const isCutOff = (text: string): boolean => {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
      if (index === text.length) return true
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      depth--
    }
  }
  return depth > 0
}

/** Just after the bracket that closes the object or array opened at `from`, or the end of the text. */
export const objectEnd = (text: string, from: number): number => {
  let depth = 0
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if ((code === 0x7d || code === 0x5d) && --depth === 0) {
      return index + 1
    }
  }
  return text.length
}

/** The comma or bracket that ends what is neither object nor array, or the end of the text. */
const scalarEnd = (text: string, from: number): number => {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x22) {
      index = closingQuote(text, index)
    } else if (code === 0x2c || code === 0x5d || code === 0x5b) {
      return index
    }
  }
  return text.length
}

/**
 * The index of the quote that closes the string opened at `open`, or the end of the text.
 *
 * Linear over a text: the backslashes counted before one quote are never counted again before another.
 */
export const closingQuote = (text: string, open: number): number => {
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
