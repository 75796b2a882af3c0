/** How a cell looks: one number. Only the 16 colors of the terminal, which its user has chosen. */

/** Bits of a style beside its color. */
export const bold = 1 << 5
export const dim = 1 << 6
export const reverse = 1 << 7
export const underline = 1 << 8
export const italic = 1 << 9

/** As the terminal shows text that nobody has styled. */
export const plain = 0

/** A color of the terminal: 0 to 7, bright ones 8 to 15. */
export const color = (index: number): number => index + 1

const attributes = [[bold, 1], [dim, 2], [italic, 3], [underline, 4], [reverse, 7]] as const

/** The color of a style; undefined for that of plain text. */
export const colorOf = (style: number): number | undefined => (style & 31) === 0 ? undefined : (style & 31) - 1

/** The escape sequence that sets a style, whatever was set before. */
export const sgrOf = (style: number): string => {
  const known = sequences.get(style)
  if (known !== undefined) return known
  const codes: Array<number> = attributes.flatMap(([bit, code]) => (style & bit) === 0 ? [] : [code])
  const foreground = colorOf(style)
  if (foreground !== undefined) codes.push((foreground < 8 ? 30 : 82) + foreground)
  const sequence = codes.length === 0 ? "\x1b[m" : `\x1b[0;${codes.join(";")}m`
  sequences.set(style, sequence)
  return sequence
}

const sequences = new Map<number, string>()
