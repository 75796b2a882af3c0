/** The elements of a JSON array's text, without parsing them twice. */

/**
 * What `read` makes of each element of a JSON array of objects, or undefined where this way cannot tell the elements
 * apart, or there are more than `limit`. `read` must parse the text it is given, and throw where that is not JSON.
 *
 * Cuts at every seam that looks like one between two messages and parses each piece. JSON texts joined by commas within
 * brackets *are* an array of these texts, by its grammar: so pieces that all parse are the elements, and a wrong guess
 * (a seam within a string or a nested array) gives undefined, never a wrong answer. Costs one search over the text
 * beside the parsing that has to be done anyway.
 */
export const splitElements = <A>(
  text: string,
  read: (element: string) => A,
  limit: number,
): ReadonlyArray<A> | undefined => {
  if (text.charCodeAt(1) !== 0x7b || text.charCodeAt(text.length - 1) !== 0x5d) return undefined
  for (const seam of seams(text)) {
    const elements = splitAt(seam, text, read, limit)
    if (elements !== undefined) return elements
  }
  return undefined
}

/**
 * How one message may end and the next begin: with the first one's opening (long, so quick to search for), or in any
 * way; compact, or with Python's default spacing.
 */
const seams = (text: string): ReadonlyArray<string> => {
  const nameEnd = text.indexOf('"', 3)
  const opening = nameEnd > 40 ? "" : text.slice(2, nameEnd + 1)
  return text.includes("},{") ? [`},{${opening}`, "},{"] : [`}, {${opening}`, "}, {"]
}

const splitAt = <A>(
  seam: string,
  text: string,
  read: (element: string) => A,
  limit: number,
): ReadonlyArray<A> | undefined => {
  const end = text.length - 1
  const step = seam.indexOf("{")
  const elements: Array<A> = []
  let from = 1
  try {
    while (from < end) {
      const next = text.indexOf(seam, from)
      const to = next === -1 ? end : next + 1
      elements.push(read(text.slice(from, to)))
      if (elements.length > limit) return undefined
      from = next === -1 ? end : next + step
    }
  } catch {
    // A piece that does not stand alone: the guess was wrong, or the text is broken. The caller has a slower way.
    return undefined
  }
  return elements
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
    } else if (code <= 0x20 || code === 0x2c) {
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

/** Just after the bracket that closes the object opened at `from`, or the end of the text. */
const objectEnd = (text: string, from: number): number => {
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
