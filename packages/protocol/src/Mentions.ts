/** What a message that is not understood speaks of: names that it holds anywhere, and whether it looks like prices. */
import { valuesIn } from "./elements.ts"
import { opaqueText } from "./opaque.ts"

/** The names in a message, and what kind of message it seems to be. */
export interface Mentions {
  /** Every text and every key in it that is short enough to be a name, as sent. */
  readonly texts: ReadonlySet<string>
  /** What its fields `sportsbook` and `game` say, wherever they stand and in whatever case they are written. */
  readonly sportsbooks: ReadonlySet<string>
  readonly games: ReadonlySet<string>
  /** The kind that it gives itself: `action`, else `type`, `event`, `op` or `kind`. */
  readonly kind: string | undefined
  /** An object, a list with numbers or lists in it, or a text that holds one is in it. */
  readonly hasNested: boolean
  /** It has fields of odds, outcomes or prices, or texts like `-110`. */
  readonly hasPrices: boolean
  /**
   * A part of it could not be looked into: compressed, encoded, or too large. One that is too large mentions nothing: the
   * names that were found in its beginning may be the wrong ones.
   */
  readonly isOpaque: boolean
}

/** No name is longer; see `salvage.ts`. */
const longestName = 300
/** How many values and texts are looked at, those in texts that hold JSON included. */
const mostValues = 200_000
/** How much of a broken text is looked at, in characters. */
const longestText = 8_388_608
/** How often a text may hold JSON that holds a text that holds JSON. */
const mostEncodings = 4

const priceWords =
  /(?:^|[^a-z])(?:odds?|outcomes?|prices?|quotes?|lines?|moneylines?|spreads?|handicaps?|juice|vig)(?:$|[^a-z])/i
const camelHump = /([a-z])([A-Z])/g
const signedAmerican = /^[+\-\u2212]\d{3,5}$/
const kindFields = ["action", "type", "event", "op", "kind"] as const

/** Looks through a parsed value. Total, bounded by {@link mostValues}: never throws. */
export const mentionsIn = (value: unknown): Mentions => {
  const found = new Found()
  found.look(value)
  return found
}

/** Looks through a text that is not JSON: at what stands in quotes. */
export const mentionsInText = (text: string): Mentions => {
  const found = new Found()
  found.lookAtText(text)
  return found
}

interface Pending {
  readonly value: unknown
  /** How many texts this value was unpacked from. */
  readonly encodings: number
  /** The message itself, or what it is when the text around it is taken off. */
  readonly isTop: boolean
}

class Found implements Mentions {
  readonly texts = new Set<string>()
  readonly sportsbooks = new Set<string>()
  readonly games = new Set<string>()
  kind: string | undefined = undefined
  hasNested = false
  hasPrices = false
  isOpaque = false
  #values = 0
  readonly #pending: Array<Pending> = []

  look(value: unknown): void {
    this.#pending.push({ value, encodings: 0, isTop: true })
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      if (this.#count(1)) return
      this.#take(next)
    }
  }

  lookAtText(text: string): void {
    if (text.length > longestText) return this.#tooLarge()
    // Encoded once more: the quotes within are escaped.
    const plain = /\\["']/.test(text) ? text.replaceAll(escapedQuote, "$1") : text
    this.#lookAtQuoted(plain, '"')
    // Perhaps encoded data that was cut off with the text around it.
    if (longRun.test(plain)) this.isOpaque = true
    // A dictionary as Python prints it.
    if (singleQuoted.test(plain)) this.#lookAtQuoted(plain, "'")
    this.hasNested = plain.indexOf("{", 1) !== -1
  }

  /** What stands between two quotes, whichever of them opens: in broken text that is not known. */
  #lookAtQuoted(plain: string, quote: string): void {
    const pieces = plain.split(quote, mostValues + 1)
    if (this.#count(pieces.length)) return
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index]!
      if (piece === "" || piece.length > longestName) continue
      const name = unescape(piece)
      if (name === undefined) continue
      this.texts.add(name)
      if (signedAmerican.test(name)) this.hasPrices = true
      if (isColon(pieces[index + 1]) && isPriceName(name)) this.hasPrices = true
      if (isColon(pieces[index - 1])) this.#name(pieces[index - 2] ?? "", name)
    }
  }

  #take({ value, encodings, isTop }: Pending): void {
    if (typeof value === "string") return this.#text(value, encodings, isTop)
    if (typeof value !== "object" || value === null) return
    if (Array.isArray(value)) {
      // Compact forms have no names for their fields: `["draftkings", "A vs B", "ML", -200]`.
      if (!isTop && value.some((element) => typeof element === "number" || Array.isArray(element))) {
        this.hasNested = true
      }
      for (const element of value) this.#pending.push({ value: element, encodings, isTop: false })
      return
    }
    const fields = value as Record<string, unknown>
    const names = Object.keys(fields)
    if (!isTop && names.length > 0) this.hasNested = true
    if (isTop) this.#kind(fields)
    for (const name of names) {
      const field = fields[name]
      if (name.length <= longestName) this.texts.add(name)
      if (!this.hasPrices && isPriceName(name) && isPriceLike(field)) this.hasPrices = true
      if (typeof field === "string") this.#name(name, field)
      if (typeof field === "string" || (typeof field === "object" && field !== null)) {
        this.#pending.push({ value: field, encodings, isTop: false })
      }
    }
  }

  #text(text: string, encodings: number, isTop: boolean): void {
    if (text.length <= longestName) {
      this.texts.add(text)
      if (signedAmerican.test(text)) this.hasPrices = true
    }
    if (text.length < 2) return
    const first = text.trimStart()[0]
    if (first === "{" || first === "[" || first === '"') return this.#unpack(text, encodings, isTop)
    const opaque = opaqueText(text)
    if (opaque === undefined) return
    if (opaque.isLong === true) this.#tooLarge()
    else if (opaque.text === undefined) this.isOpaque = true
    else this.#unpack(opaque.text, encodings, isTop)
  }

  /** Counts what is looked at. Whether it is too much. */
  #count(values: number): boolean {
    this.#values += values
    if (this.#values <= mostValues) return false
    this.#tooLarge()
    return true
  }

  #tooLarge(): void {
    this.isOpaque = true
    this.texts.clear()
    this.sportsbooks.clear()
    this.games.clear()
    this.#pending.length = 0
    this.#values = Infinity
  }

  #unpack(text: string, encodings: number, isTop: boolean): void {
    // Before it is parsed: JSON costs memory by its values, not by its length.
    if (valuesIn(text) > mostValues - this.#values) return this.#tooLarge()
    let inner: unknown
    try {
      inner = JSON.parse(text)
    } catch {
      // Broken, or nothing of the kind: it may name something all the same.
      return this.lookAtText(text)
    }
    if (typeof inner !== "object" && typeof inner !== "string") return
    if (encodings >= mostEncodings) this.isOpaque = true
    else this.#pending.push({ value: inner, encodings: encodings + 1, isTop })
  }

  #kind(fields: Record<string, unknown>): void {
    for (const field of kindFields) {
      const kind = fields[field]
      if (typeof kind !== "string" || kind === "") continue
      this.kind ??= kind
      return
    }
  }

  #name(field: string, text: string): void {
    if (text === "" || text.length > longestName) return
    const plain = field.toLowerCase().replaceAll(/[^a-z]/g, "")
    if (plain === "sportsbook") this.sportsbooks.add(text)
    else if (plain === "game") this.games.add(text)
  }
}

const isPriceName = (name: string): boolean => name.length <= 64 && priceWords.test(name.replaceAll(camelHump, "$1_$2"))

/** `line: "soon"` is no price; `odds: null` is a suspension. */
const isPriceLike = (value: unknown): boolean =>
  typeof value === "string"
    ? value === "" || !Number.isNaN(Number(value))
    : typeof value === "object" && value !== null
    ? Object.keys(value).length > 0
    : true

/** From the first backslash of a run on only: from each of them, a long run without a quote takes its length squared. */
const escapedQuote = /(?<!\\)\\+(["'])/g
const longRun = /[\w+/-]{64}/
const singleQuoted = /'\s*:/

const isColon = (piece: string | undefined): boolean => piece?.trimStart().startsWith(":") === true

const unescape = (escaped: string): string | undefined => {
  try {
    const name: unknown = JSON.parse(`"${escaped}"`)
    return typeof name === "string" ? name : undefined
  } catch {
    return undefined
  }
}
