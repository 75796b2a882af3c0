/** Real odds of nine sportsbooks, where they lie beside the project; the comparison knows nothing of the packages. */
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { makeFrame } from "@boltodds/protocol"
import { BestPrices } from "@boltodds/signals"
import { make, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"

const folder = process.env["BOLTODDS_SAMPLES"] === undefined
  ? new URL("../../../../shared/samples/", import.meta.url)
  : new URL(`file://${process.env["BOLTODDS_SAMPLES"]}/`)
const trace = new URL("mlb-2026-07-16.trace.ndjson.gz", folder)
const present = existsSync(trace)
if (!present) console.warn(`The real odds are not at ${trace.pathname}: the comparison with them is skipped.`)

interface Wire {
  readonly odds: string | number | null
  readonly outcome_name: string
  readonly outcome_line: string | number | null
  readonly outcome_over_under: string | null
  readonly outcome_target: string | null
}

interface Game {
  readonly sportsbook: string
  readonly event: string
  readonly home: string
  readonly away: string
  /** Minutes, in the zone of the feed. */
  readonly start: number | undefined
  outcomes: Record<string, Wire>
}

interface Offer {
  readonly bet: string
  readonly pair: string
  readonly game: Game
  readonly decimal: number
  readonly net: number
}

const exchanges = new Set(["kalshi", "polymarket", "prophetx", "novig"])

const startOf = (when: unknown): number | undefined => {
  const [, year, month, day, hour, minute, half] = /^(\d+)-(\d+)-(\d+), (\d+):(\d+) (AM|PM)$/.exec(String(when)) ?? []
  if (year === undefined) return undefined
  const hours = Number(hour) % 12 + (half === "PM" ? 12 : 0)
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hours, Number(minute)) / 60_000
}

/** The bet, in words: the home team's line names the pair of a spread. */
const betOf = (
  key: string,
  wire: Wire,
  { event, home, away }: Game,
): readonly [bet: string, pair: string] | undefined => {
  const { outcome_name: market, outcome_target: target, outcome_over_under: over } = wire
  const sent = wire.outcome_line === null || wire.outcome_line === ""
    ? /(-?\+?\d+(?:[.,]\d+)?)\s*(?:Spread|Run Line)?$/.exec(key)?.[1]
    : String(wire.outcome_line)
  const line = Number(String(sent).replace(",", ".").replace("+", ""))
  const side = target === home ? "home" : target === away ? "away" : undefined
  if (market === "Moneyline") return side === undefined ? undefined : [`${event} ML ${side}`, `${event} ML`]
  if (market === "Spread") {
    const pair = `${event} spread ${side === "home" ? line : 0 - line}`
    return side === undefined || Number.isNaN(line) ? undefined : [`${pair} ${side}`, pair]
  }
  const direction = /^o/i.test(over ?? "") ? "over" : /^u/i.test(over ?? "") ? "under" : undefined
  const pair = `${event} total ${line}`
  return market === "Total" && direction !== undefined && !Number.isNaN(line)
    ? [`${pair} ${direction}`, pair]
    : undefined
}

const decimalOf = (odds: string | number | null): number => {
  const american = Number(odds)
  if (odds === null || odds === "" || !(Math.abs(american) >= 100)) return 0
  return american > 0 ? 1 + american / 100 : 1 + 100 / -american
}

const groupBy = <A>(all: Iterable<A>, keyOf: (each: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const each of all) {
    const group = groups.get(keyOf(each)) ?? []
    groups.set(keyOf(each), group)
    group.push(each)
  }
  return groups
}

/** Sportsbooks whose start is more than 90 minutes from the one that most are near to. */
const offStart = (games: ReadonlyArray<Game>): ReadonlySet<Game> => {
  const starts = games.flatMap(({ start }) => start ?? []).toSorted((a, b) => a - b)
  let anchor: number | undefined
  let most = 0
  for (const start of starts) {
    const near = starts.filter((other) => Math.abs(other - start) <= 90).length
    if (near > most) [anchor, most] = [start, near]
  }
  const off = new Set(
    games.filter(({ start }) => Math.abs((start ?? anchor ?? 0) - (anchor ?? 0)) > 90).map((each) => each.sportsbook),
  )
  return new Set(games.filter(({ sportsbook }) => off.has(sportsbook)))
}

const bestByHand = (games: Iterable<Game>): Map<string, string> => {
  const offers: Array<Offer> = []
  for (const mine of groupBy(games, ({ event }) => event).values()) {
    const off = offStart(mine)
    for (const game of mine) {
      if (off.has(game)) continue
      for (const [key, wire] of Object.entries(game.outcomes)) {
        const found = betOf(key, wire, game)
        const decimal = decimalOf(wire.odds)
        if (found === undefined || decimal === 0) continue
        const net = exchanges.has(game.sportsbook) ? 1 + (decimal - 1) * 0.98 : decimal
        offers.push({ bet: found[0], pair: found[1], game, decimal, net })
      }
    }
  }
  const torn = new Set<Offer>()
  for (const pair of groupBy(offers, ({ pair, game }) => `${pair} ${game.sportsbook}`).values()) {
    if (pair.length === 2 && 1 / pair[0]!.decimal + 1 / pair[1]!.decimal < 1 - 1e-12) {
      pair.forEach((each) => torn.add(each))
    }
  }
  const best = new Map<string, string>()
  for (const [bet, all] of groupBy(offers.filter((each) => !torn.has(each)), ({ bet }) => bet)) {
    const most = Math.max(...all.map(({ net }) => net))
    const least = Math.min(...all.filter(({ net }) => net === most).map(({ decimal }) => decimal))
    const names = all.filter(({ net, decimal }) => net === most && decimal === least).map(({ game }) => game.sportsbook)
    best.set(bet, `${least} at ${names.toSorted().join("+")}`)
  }
  return best
}

describe.skipIf(!present)("real odds of a day (skipped where the samples are not beside the project)", () => {
  it("have the best price of every selection that a comparison of the raw messages finds", () => {
    const prices = new BestPrices()
    const draft = thaw(make({ run: "01J00000000000000000000000" }))
    const start = Date.UTC(2026, 6, 16)
    const take = (event: Parameters<typeof draft.apply>[0][number]): void => {
      for (const { records } of draft.apply([event])) for (const record of records) prices.take(record)
    }
    take({ _tag: "Connected", session: "main", epoch: 1, at: start, plan: "Pro" })
    take({ _tag: "Subscribed", session: "main", epoch: 1, at: start, filters: {} })
    const games = new Map<string, Game>()
    let at = start
    for (const row of gunzipSync(readFileSync(trace)).toString("utf8").trimEnd().split("\n")) {
      const { t, frame } = JSON.parse(row)
      // Prices of the day are hours apart in truth: here nobody falls silent.
      at = Math.max(at, start + Math.min(t, 60_000))
      take(makeFrame("main", 1, at, JSON.stringify(frame)))
      for (const { action, data } of Array.isArray(frame) ? frame : [frame]) {
        if (data?.game === undefined || typeof data.game !== "string") continue
        const id = `${data.sportsbook}|${data.game}`
        if (action === "game_removed") {
          games.delete(id)
          continue
        }
        const known = action === "line_update" ? games.get(id)?.outcomes ?? {} : {}
        games.set(id, {
          sportsbook: data.sportsbook,
          event: data.universal_game_id ?? data.info?.universal_id ?? `MLB/${data.game}`,
          home: data.home_team,
          away: data.away_team,
          start: startOf(data.info?.when),
          outcomes: { ...known, ...data.outcomes },
        })
      }
    }
    const byHand = bestByHand(games.values())
    const found = new Map(
      prices.standing().map(({ event, kind, line, side, decimal, sportsbooks }) => {
        const bet = kind === "moneyline"
          ? `ML ${side}`
          : `${kind} ${kind === "spread" && side === "away" ? 0 - line! : line} ${side}`
        return [`${event} ${bet}`, `${decimal} at ${sportsbooks.join("+")}`]
      }),
    )
    expect(found.size).toBeGreaterThan(700)
    expect([...found].toSorted()).toEqual([...byHand].toSorted())
  })
})
