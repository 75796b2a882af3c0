/** Values of the feed as parts of file names: none can leave its folder, and no two are one. */
import { createHash } from "node:crypto"

/** How values are written into names. */
export interface NameRules {
  /** Of `-` and `_`, those that stand between placeholders of the template: in a value they are escaped. */
  readonly separators: ReadonlySet<string>
  /** The longest name in bytes; longer ones are cut, with a hash. At least 32. */
  readonly maxBytes: number
  /** The file system takes `NBA` and `nba` for one name: names with capitals get a hash. */
  readonly foldsCase: boolean
}

/** What stands where a record has no such field. No value reads like this: `~` is escaped in all of them. */
export const noValue = "~none"
/** What stands for the empty value. */
export const emptyValue = "~empty"
/** What stands for all values that are one too many (`max_series`). */
export const moreValues = "~more"
/** The value that has this name. A record that holds it itself goes to the same file. */
export const tooMany = "\u0000more"

const hashChars = 20

/**
 * A value as a part of a file name: ASCII letters, digits, `-` and `_` stay, everything else is the percent-escaped
 * UTF-8 that `decodeURIComponent` reads (half a surrogate pair, which has no UTF-8: `%uD800`).
 *
 * So there is no `/`, `\`, NUL, control character, space, dot (leading, trailing or `..`) nor anything that Unicode
 * normalization could change. A leading `-` is escaped too: no name looks like an option.
 */
export const safeName = (value: string | undefined, rules: NameRules): string => {
  if (value === undefined) return noValue
  if (value === "") return emptyValue
  if (value === tooMany) return moreValues
  let name = ""
  let isCut = false
  const room = rules.maxBytes - hashChars - 1
  let kept = ""
  for (const char of value) {
    const piece = isPlain(char, name === "", rules) ? char : escape(char)
    name += piece
    if (name.length <= room) kept = name
    if (name.length > rules.maxBytes) {
      isCut = true
      break
    }
  }
  if (isCut) return `${kept}~${hashOf(value)}`
  // Within the same bound, whatever the rules add.
  return rules.foldsCase && /[A-Z]/.test(name.replace(/%(?:[0-9A-F]{2}|u[0-9A-F]{4})/g, ""))
    ? `${name.length <= room ? name : kept}~${hashOf(value)}`
    : name
}

const isPlain = (char: string, isFirst: boolean, rules: NameRules): boolean =>
  /^[A-Za-z0-9]$/.test(char) || ((char === "-" && !isFirst || char === "_") && !rules.separators.has(char))

const escape = (char: string): string => {
  const code = char.codePointAt(0)!
  if (code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16).toUpperCase()}`
  let text = ""
  for (const byte of Buffer.from(char, "utf8")) text += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  return text
}

/** Of the UTF-16 code units, so that half a surrogate pair counts as what it is. */
const hashOf = (value: string): string =>
  createHash("sha256").update(Buffer.from(value, "utf16le")).digest("hex").slice(0, hashChars)

const reserved = /^(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|COM\d|LPT\d)(?=\.|$)/i

/** A whole name of a file or folder, made harmless on Windows, where `CON`, `nul.txt` and the like are devices. */
export const avoidReserved = (name: string): string => name.replace(reserved, (device) => `${device}~`)
