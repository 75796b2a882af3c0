/** What the person at the terminal has chosen. */
import { type BoardSort, defaultMarket, type PriceFormat, priceFormats } from "@boltodds/view"
import { type Choices, type Coloring, colorings, sorts } from "./choices.ts"
import { helpLines } from "./helpLines.ts"
import type { Key } from "./screen/Keys.ts"

/** The views, in the order of their numbers. */
export const tabs = ["board", "moves", "best", "opportunities", "feed", "pipeline"] as const

/** See {@link tabs}. */
export type Tab = (typeof tabs)[number]

/** The names of the views in the head line. */
export const tabNames: Readonly<Record<Tab, string>> = {
  board: "Board",
  moves: "Moves",
  best: "Best",
  opportunities: "Opps",
  feed: "Feed",
  pipeline: "Pipe",
}

/** What the last picture had in it; keys depend on it. */
export interface Shown {
  /** The keys of all events, in order; in other views the rows. */
  readonly keys: ReadonlyArray<string>
  /** How many of them fit. */
  readonly page: number
  readonly markets: ReadonlyArray<string>
  readonly sportsbooks: ReadonlyArray<string>
  /** How many sportsbooks fit. */
  readonly columns: number
}

/** What a key asks for that is not a choice. */
export type Request = "quit" | "suspend" | "redraw"

const after = <A>(all: ReadonlyArray<A>, one: A): A => all[(all.indexOf(one) + 1) % all.length]!

/** The choices, and what keys do to them. */
export class Ui {
  tab: Tab = "board"
  market: string = defaultMarket
  format: PriceFormat = "american"
  sort: BoardSort = "start"
  utc = false
  coloring: Coloring = "default"
  filter = ""
  /** The filter while it is typed. */
  typed: string | undefined
  /** The key of the row that is selected. */
  selected: string | undefined
  /** The first row that is shown. */
  offset = 0
  /** The first sportsbook that is shown. */
  column = 0
  /** An event whose lines are all shown. */
  detail: string | undefined
  /** The first group of it that is shown. */
  detailOffset = 0
  /** The first line of the help that is shown; undefined while there is no help. */
  help: number | undefined
  /** How many lines of it fit; what the last picture had. */
  helpRows = 1
  /** The sportsbooks are chosen: the one that is selected. */
  choosing: number | undefined
  readonly hidden = new Set<string>()
  isFrozen = false
  shown: Shown = { keys: [], page: 1, markets: [], sportsbooks: [], columns: 1 }

  /** What stays chosen for the next time. */
  get choices(): Choices {
    const { format, sort, utc, coloring, hidden } = this
    return { format, sort, utc, coloring, hidden: [...hidden].toSorted() }
  }

  /** Takes what was chosen another time. */
  set choices({ format, sort, utc, coloring, hidden }: Choices) {
    this.format = format
    this.sort = sort
    this.utc = utc
    this.coloring = coloring
    this.hidden.clear()
    for (const name of hidden) this.hidden.add(name)
  }

  /** A key was pressed. */
  press(key: Key): Request | undefined {
    if (key === "ctrl-c") return "quit"
    if (key === "ctrl-z") return "suspend"
    if (key === "ctrl-l") return "redraw"
    if (this.typed !== undefined) return this.#type(key, this.typed)
    if (this.choosing !== undefined) return this.#choose(key, this.choosing)
    if (this.help !== undefined && !/^[1-6q]$/.test(key)) {
      const isMore = /^(?:\?|h|down|j|page-down| )$/.test(key)
      const next = isMore ? this.help + this.helpRows : helpLines.length
      this.help = next < helpLines.length ? next : undefined
      return undefined
    }
    this.help = undefined
    const number = /^[1-6]$/.test(key) ? Number(key) : undefined
    if (number !== undefined) {
      this.#show(tabs[number - 1]!)
      return undefined
    }
    return this.#command(key)
  }

  #show(tab: Tab): void {
    this.tab = tab
    this.detail = undefined
    this.selected = undefined
    this.offset = 0
    this.isFrozen = false
  }

  #command(key: Key): Request | undefined {
    const { markets } = this.shown
    switch (key) {
      case "q":
      case "ctrl-d":
        return "quit"
      case "tab":
        this.#show(after(tabs, this.tab))
        return undefined
      case "back-tab":
        this.#show(after(tabs.toReversed(), this.tab))
        return undefined
      case "down":
      case "j":
        return this.#move(1)
      case "up":
      case "k":
        return this.#move(-1)
      case "g":
        return this.#move(1)
      case "page-down":
        return this.#move(this.shown.page)
      case "page-up":
        return this.#move(-this.shown.page)
      case "home":
        return this.#move(-Infinity)
      case "end":
        return this.#move(Infinity)
      case "right":
        this.column = Math.min(Math.max(0, this.shown.sportsbooks.length - this.shown.columns), this.column + 1)
        return undefined
      case "left":
        this.column = Math.max(0, this.column - 1)
        return undefined
      case "m":
      case "M":
        if (markets.length > 0) this.market = after(key === "m" ? markets : markets.toReversed(), this.market)
        this.offset = 0
        return undefined
      case "f":
        this.format = after(priceFormats, this.format)
        return undefined
      case "s":
        this.sort = after(sorts, this.sort)
        this.offset = 0
        return undefined
      case "t":
        this.utc = !this.utc
        return undefined
      case "c":
        this.coloring = after(colorings, this.coloring)
        return undefined
      case "b":
        this.choosing = 0
        return undefined
      case "/":
        this.typed = this.filter
        return undefined
      case " ":
        this.isFrozen = !this.isFrozen
        return undefined
      case "?":
      case "h":
        this.help = 0
        return undefined
      case "enter":
        if (this.tab === "board" && this.detail === undefined) {
          this.detail = this.selected ?? this.shown.keys[0]
          this.detailOffset = 0
        }
        return undefined
      case "escape":
        if (this.detail !== undefined) this.detail = undefined
        else this.filter = ""
        return undefined
    }
    return undefined
  }

  #move(by: number): undefined {
    const { keys } = this.shown
    if (this.detail !== undefined) {
      this.detailOffset = Math.max(0, Math.min(keys.length - 1, this.detailOffset + by))
      return undefined
    }
    if (keys.length === 0) return undefined
    const at = this.selected === undefined ? -1 : keys.indexOf(this.selected)
    const to = at === -1 && by > 0 && by !== Infinity ? by - 1 : at + by
    this.selected = keys[Math.min(keys.length - 1, Math.max(0, to))]
    return undefined
  }

  #type(key: Key, typed: string): undefined {
    if (key === "enter") {
      this.filter = typed.trim()
      this.typed = undefined
      this.offset = 0
    } else if (key === "escape") this.typed = undefined
    else if (key === "backspace") this.typed = [...typed].slice(0, -1).join("")
    else if (key === "ctrl-u") this.typed = ""
    else if ([...key].length === 1 && typed.length < 60) this.typed = typed + key
    return undefined
  }

  #choose(key: Key, at: number): Request | undefined {
    const { sportsbooks } = this.shown
    const all = [...new Set([...sportsbooks, ...this.hidden])].toSorted()
    switch (key) {
      case "down":
      case "j":
        this.choosing = Math.min(all.length - 1, at + 1)
        return undefined
      case "up":
      case "k":
        this.choosing = Math.max(0, at - 1)
        return undefined
      case " ": {
        const name = all[at]
        if (name !== undefined && !this.hidden.delete(name)) this.hidden.add(name)
        return undefined
      }
      case "q":
        return "quit"
      case "enter":
      case "escape":
      case "b":
        this.choosing = undefined
        this.column = 0
    }
    return undefined
  }
}
