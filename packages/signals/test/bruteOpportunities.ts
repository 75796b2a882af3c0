/** Opportunities by plain loops: what stands now, and for how long it has. */
import { eventKey, eventStart, makeSportsbooks } from "@boltodds/market"
import { type Book, type Change, type Control, gameId, isLineChange } from "@boltodds/protocol"
import { type BrutePrice, grouped, near, placeOf } from "./brute.ts"
import { bruteFair } from "./bruteFair.ts"

/** What is looked for, as the options say it. */
export interface BruteSettings {
  readonly minEv: number
  readonly minSportsbooks: number
  readonly suspicious: number
  readonly confirmMillis: number
}

/** An opportunity, and its legs by names. */
export interface BruteFound {
  readonly id: string
  readonly value: number
  readonly legs: ReadonlyArray<BrutePrice>
  /** What else the record says of it. */
  readonly says: Readonly<Record<string, unknown>>
}

/** What the book alone does not say: when starts moved, and which sessions have settled. */
export class History {
  readonly #starts = new Map<string, number | null>()
  readonly #moved = new Map<string, number>()
  /** The last of them by sportsbook and event, also when the game is closed. */
  readonly #lastStarts = new Map<string, number>()
  readonly #lastMoved = new Map<string, number>()
  #run: string | undefined
  readonly #settled = new Set<string>()

  take(record: Change | Control): void {
    if ("control" in record) {
      if (record.control === "stream_started") {
        this.#settled.clear()
        this.#starts.clear()
        this.#moved.clear()
        if (record.run !== this.#run) {
          this.#lastStarts.clear()
          this.#lastMoved.clear()
        }
        this.#run = record.run
      }
      if (record.control === "gap_opened") this.#settled.delete(record.session)
      if (record.control === "synced" || (record.control === "gap_closed" && record.complete)) {
        this.#settled.add(record.session)
      }
      return
    }
    const id = gameId(record.sportsbook, record.game)
    if (record.change === "game_closed") {
      this.#starts.delete(id)
      this.#moved.delete(id)
      return
    }
    if (isLineChange(record) && this.#starts.has(id)) return
    const start = record.starts_at === null ? null : Date.parse(record.starts_at)
    const place = placeOf(record)
    const isNew = !this.#starts.has(id)
    const before = (isNew ? this.#lastStarts.get(place) : this.#starts.get(id)) ?? null
    let moved = isNew ? this.#lastMoved.get(place) : this.#moved.get(id)
    if (before !== null && start !== null && Math.abs(start - before) > 90 * 60_000) moved = Date.parse(record.at)
    this.#starts.set(id, start)
    if (start !== null) this.#lastStarts.set(place, start)
    if (moved === undefined) return
    this.#moved.set(id, moved)
    this.#lastMoved.set(place, Math.max(moved, this.#lastMoved.get(place) ?? 0))
  }

  isSettled(session: string): boolean {
    return this.#settled.has(session)
  }

  /** Events on which sportsbooks disagree, or of which a start has moved a short while ago. */
  conflicts(book: Book, now: number): ReadonlySet<string> {
    const sportsbooks = makeSportsbooks()
    const games = [...book.games.values()].filter(({ sportsbook }) => sportsbooks.of(sportsbook).bettable)
    const found = new Set<string>()
    for (const [event, mine] of grouped(games, eventKey)) {
      const starts = mine.map(({ sportsbook, game, starts_at }) => {
        const moved = this.#moved.get(gameId(sportsbook, game))
        return {
          sportsbook,
          at: starts_at === null ? null : Date.parse(starts_at),
          votes: true,
          ...moved === undefined ? {} : { moved_at: moved },
        }
      })
      if (eventStart(starts, { now }).conflict) found.add(event)
    }
    return found
  }
}

const families = makeSportsbooks()
const familyOf = ({ sportsbook }: BrutePrice): string => families.of(sportsbook).family

/** All that stands, whether confirmed or not. */
export const bruteFound = (
  prices: ReadonlyArray<BrutePrice>,
  conflicts: ReadonlySet<string>,
  history: History,
  { minEv, minSportsbooks, suspicious }: BruteSettings,
): ReadonlyMap<string, BruteFound> => {
  const found = new Map<string, BruteFound>()
  const add = (
    id: string,
    value: number,
    legs: ReadonlyArray<BrutePrice>,
    says: Readonly<Record<string, unknown>>,
    { trusted = value, basis = [] }: { readonly trusted?: number; readonly basis?: ReadonlyArray<BrutePrice> } = {},
  ): void => {
    if (trusted > suspicious || [...legs, ...basis].some(({ session }) => !history.isSettled(session))) return
    found.set(id, { id, value, legs, says })
  }
  const legs = prices.filter(({ torn, dominated, mayBet, event }) =>
    !torn && !dominated && mayBet && !conflicts.has(event)
  )
  /** All combinations of different families, the least sum first. */
  const combine = (sides: ReadonlyArray<ReadonlyArray<BrutePrice>>) => {
    let all: ReadonlyArray<ReadonlyArray<BrutePrice>> = [[]]
    for (const side of sides) {
      const sorted = side.toSorted((a, b) => a.sportsbook < b.sportsbook ? -1 : 1)
      all = all.flatMap((before) =>
        sorted.filter((leg) => !before.some((other) => familyOf(other) === familyOf(leg))).map((
          leg,
        ) => [...before, leg])
      )
    }
    const sums = all.map((each) => ({ legs: each, sum: each.reduce((sum, { net }) => sum + 1 / net, 0) }))
    return sums.toSorted((a, b) => a.sum - b.sum)[0]
  }
  for (const [pair, mine] of grouped(legs, ({ pair }) => pair)) {
    const { outcomes, winners } = mine[0]!.selection
    const sides = [...grouped(mine, ({ selection }) => selection.side)].toSorted(([a], [b]) => a < b ? -1 : 1)
    const best = sides.length === outcomes && winners === 1 ? combine(sides.map(([, each]) => each)) : undefined
    if (best !== undefined && best.sum <= 1 / 0.99) {
      const type = best.sum < 1 ? "arb" : "low_hold"
      const names = best.legs.map(({ sportsbook, selection }) => `${sportsbook}>${selection.side}`)
      add(`${type}:${pair}:${names.join(",")}`, 1 / best.sum - 1, best.legs, {
        type,
        key: pair,
        booksum: near(best.sum),
        stakes: best.legs.map(({ net }) => near(1 / net / best.sum)),
      })
    }
    const all = prices.filter((each) => each.pair === pair)
    for (const leg of mine) {
      const fair = bruteFair(all, {
        reference: ["consensus"],
        method: "multiplicative",
        least: minSportsbooks,
        without: familyOf(leg),
      }).get(pair)
      const p = fair?.p[leg.selection.side]
      if (p === undefined || p * leg.net - 1 < minEv) continue
      add(`ev:${leg.key}:${leg.sportsbook}`, p * leg.net - 1, [leg], {
        type: "ev",
        key: leg.key,
        booksum: null,
        stakes: [near(0.25 * Math.max(0, (p * leg.net - 1) / (leg.net - 1)))],
        p: near(p),
        reference: "consensus",
      }, { basis: fair!.legs })
    }
  }
  const marketOf = ({ pair }: BrutePrice): string => pair.slice(0, pair.lastIndexOf("|"))
  for (const [market, mine] of grouped(legs, marketOf)) {
    const { kind } = mine[0]!.selection
    if (kind !== "total" && kind !== "spread") continue
    const lineOf = ({ pair }: BrutePrice): number => Number(pair.slice(pair.lastIndexOf("|") + 1))
    const [first, second] = kind === "total" ? ["over", "under"] : ["away", "home"]
    const lines = [...new Set(mine.map(lineOf))]
    for (const low of lines) {
      for (const high of lines) {
        if (high <= low || high - low > 3) continue
        const best = combine([
          mine.filter((leg) => lineOf(leg) === low && leg.selection.side === first),
          mine.filter((leg) => lineOf(leg) === high && leg.selection.side === second),
        ])
        if (best === undefined || best.sum - 1 > 0.05) continue
        const names = best.legs.map(({ sportsbook, selection }) => `${sportsbook}>${selection.side}@${selection.line}`)
        add(`middle:${market}:${names.join(",")}`, 0 - Math.max(0, best.sum - 1), best.legs, {
          type: "middle",
          key: market,
          booksum: near(best.sum),
          stakes: best.legs.map(({ net }) => near(1 / net / best.sum)),
          gap: high - low,
          miss: near(1 / best.sum - 1),
          both: near(2 / best.sum - 1),
        }, { trusted: 1 / best.sum - 1 })
      }
    }
  }
  return found
}

interface Standing {
  readonly since: number
  readonly legs: ReadonlyArray<BrutePrice>
  isOpen: boolean
}

/** What is open: it has stood for long enough, or took the place of one that was open and shares a leg with it. */
export class BruteLife {
  readonly #confirmMillis: number
  #standing = new Map<string, Standing>()

  constructor(confirmMillis: number) {
    this.#confirmMillis = confirmMillis
  }

  /** At a deadline. */
  advance(now: number): void {
    for (const each of this.#standing.values()) {
      if (!each.isOpen && Math.ceil((each.since + this.#confirmMillis) / 100) * 100 <= now) each.isOpen = true
    }
  }

  /** What a control within a group has ended. */
  keep(found: ReadonlyMap<string, BruteFound>): void {
    for (const id of this.#standing.keys()) if (!found.has(id)) this.#standing.delete(id)
  }

  /** After a group. */
  take(found: ReadonlyMap<string, BruteFound>, now: number): void {
    const gone = [...this.#standing].filter(([id, { isOpen }]) => isOpen && !found.has(id))
    const next = new Map<string, Standing>()
    for (const [id, { legs }] of found) {
      const before = this.#standing.get(id)
      const isHeir = before === undefined && !id.startsWith("ev:") &&
        gone.some(([other, { legs: its }]) =>
          other.split(":")[0] === id.split(":")[0] && its.length === legs.length &&
          its.every(({ key, pair }, at) => pair === legs[at]!.pair && key === legs[at]!.key) &&
          its.some(({ sportsbook, line, game }, at) =>
            sportsbook === legs[at]!.sportsbook && line.outcome === legs[at]!.line.outcome &&
            game.game === legs[at]!.game.game
          )
        )
      next.set(id, {
        since: before?.since ?? now,
        legs,
        isOpen: before?.isOpen === true || isHeir || this.#confirmMillis === 0,
      })
    }
    this.#standing = next
  }

  get open(): ReadonlyArray<string> {
    return [...this.#standing].filter(([, { isOpen }]) => isOpen).map(([id]) => id).toSorted()
  }

  clear(): void {
    this.#standing.clear()
  }
}
