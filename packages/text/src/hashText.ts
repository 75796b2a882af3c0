/** Numbers out of texts. */

/**
 * FNV-1a over UTF-16 units, an unsigned number of 32 bits (datatracker.ietf.org/doc/draft-eastlake-fnv). To spread keys and
 * to seed random numbers; it hides nothing.
 */
export const hashText = (text: string): number => {
  let sum = 0x811c9dc5
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  return sum >>> 0
}
