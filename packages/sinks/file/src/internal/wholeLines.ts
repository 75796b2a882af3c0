/** What can be kept of a text that is cut off somewhere. */

const lineFeed = 0x0a
/** So many zeros in a row are no data of ours: a file system left room for what it never wrote. */
const fewZeros = 8

/** The lines at its beginning that are whole: each ends, and is JSON. Nothing where there are none. */
export const wholeLines = (text: Buffer | undefined): Buffer => {
  let end = 0
  if (text === undefined) return Buffer.alloc(0)
  for (let at = text.indexOf(lineFeed); at !== -1; at = text.indexOf(lineFeed, at + 1)) {
    if (!isJson(text.subarray(end, at))) break
    end = at + 1
  }
  return text.subarray(0, end)
}

/** How many lines end in it. */
export const lineCount = (text: Buffer): number => {
  let count = 0
  for (let at = text.indexOf(lineFeed); at !== -1; at = text.indexOf(lineFeed, at + 1)) count += 1
  return count
}

/** Without the zeros at its end: after a loss of power they are what was never written, and could be read as data. */
export const withoutZeros = (bytes: Buffer): Buffer => {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.length - end < fewZeros ? bytes : bytes.subarray(0, end)
}

const isJson = (line: Buffer): boolean => {
  try {
    JSON.parse(line.toString("utf8"))
    return true
  } catch {
    // The answer.
    return false
  }
}
