/** White space that JSON does not have and `String.trim` removes: what a sender puts around a message by mistake. */

/** Whether a UTF-16 unit is white space beyond ASCII. The byte order mark counts. */
export const isWideBlank = (code: number): boolean =>
  code >= 0xa0 &&
  (code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 ||
    code === 0x202f || code === 0x205f || code === 0x3000 || code === 0xfeff)

/** How many bytes of UTF-8 the white space beyond ASCII takes that begins at `index`; 0 where none does. */
export const wideBlankAt = (bytes: Uint8Array, index: number): number => {
  const first = bytes[index]!
  if (first < 0xc2 || first > 0xef) return 0
  const second = bytes[index + 1]!
  if (first === 0xc2) return second === 0xa0 ? 2 : 0
  if (first < 0xe1) return 0
  const code = (first & 0x0f) << 12 | (second & 0x3f) << 6 | (bytes[index + 2]! & 0x3f)
  return isWideBlank(code) && second >> 6 === 2 && bytes[index + 2]! >> 6 === 2 ? 3 : 0
}

/** The first index from `from` on at which no white space stands, of ASCII (control characters too) or beyond. */
export const skipBlanks = (bytes: Uint8Array, from: number): number => {
  let index = from
  while (index < bytes.length) {
    const length = bytes[index]! <= 0x20 ? 1 : wideBlankAt(bytes, index)
    if (length === 0) return index
    index += length
  }
  return bytes.length
}

/** The index of the last byte that is no white space; 0 where there is none. */
export const lastNoBlank = (bytes: Uint8Array): number => {
  let index = bytes.length - 1
  while (index > 0) {
    if (bytes[index]! <= 0x20) index--
    else if (index >= 2 && wideBlankAt(bytes, index - 2) === 3) index -= 3
    else if (wideBlankAt(bytes, index - 1) === 2) index -= 2
    else return index
  }
  return 0
}
