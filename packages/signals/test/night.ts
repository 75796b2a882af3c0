/**
 * Nights of odds with their truth known: which prices are mistakes that last, and so may be bet on, and which are only on
 * their way to what the others say.
 *
 * Clones (bodog and bovada), an exchange and a prediction market, one-sided spreads, pairs that are torn for 1.5 s, junk
 * prices, a doubleheader of which one sportsbook has the second game under the key of the first, a postponement, legs
 * that are suspended while they are a mistake, player props, soccer of three ways, tennis sets.
 */
import type { FeedEvent } from "@boltodds/protocol"
import { message, Script } from "../../state/test/events.ts"
import { generator } from "../../state/test/random.ts"

/** A price that is too long by mistake, from its quote until it is corrected or suspended. */
export interface Mistake {
  readonly sportsbook: string
  readonly game: string
  readonly outcome: string
  readonly from: number
  until: number
}

/** A night. */
export interface Night {
  readonly events: ReadonlyArray<FeedEvent>
  readonly mistakes: ReadonlyArray<Mistake>
  /** Keys of games whose event has two games under one key. */
  readonly mixed: ReadonlySet<string>
}

interface Sportsbook {
  readonly name: string
  /** By how much each implied probability is above the fair one. */
  readonly margin: number
  /** How long it takes to follow, in milliseconds, on average. */
  readonly lag: number
}

const sportsbooks: ReadonlyArray<Sportsbook> = [
  { name: "betmgm", margin: 0.023, lag: 900 },
  { name: "bodog", margin: 0.024, lag: 1200 },
  { name: "caesars", margin: 0.025, lag: 1500 },
  { name: "draftkings", margin: 0.024, lag: 500 },
  { name: "fanduel", margin: 0.022, lag: 400 },
  { name: "kalshi", margin: 0.02, lag: 700 },
  { name: "prophetx", margin: 0.008, lag: 300 },
  { name: "thescore", margin: 0.021, lag: 1100 },
]

/** One set of outcomes, of which one wins. */
interface Market {
  readonly sides: ReadonlyArray<readonly [outcome: string, wire: object]>
  /** The fair probabilities. */
  p: Array<number>
}

interface Match {
  readonly id: string
  readonly sport: string
  readonly home: string
  readonly away: string
  when: string
  readonly markets: ReadonlyArray<Market>
}

const wire = (name: string, more: object = {}): object => ({
  link: "",
  outcome_name: name,
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: null,
  ...more,
})

const american = (implied: number): string => {
  const decimal = 1 / Math.min(0.96, Math.max(0.02, implied))
  const odds = decimal >= 2 ? Math.round((decimal - 1) * 100) : Math.round(-100 / (decimal - 1))
  return odds > 0 ? `+${odds}` : `${odds}`
}

const totals = (home: string, line: number, p: number): Market => ({
  sides: [
    [`${home} O ${line}`, wire("Total", { outcome_line: `${line}`, outcome_over_under: "O" })],
    [`${home} U ${line}`, wire("Total", { outcome_line: `${line}`, outcome_over_under: "U" })],
  ],
  p: [p, 1 - p],
})

const marketsOf = (sport: string, home: string, away: string): ReadonlyArray<Market> => {
  const moneyline = (name: string, suffix: string): Market => ({
    sides: [[`${home} ${suffix}`, wire(name, { outcome_target: home })], [
      `${away} ${suffix}`,
      wire(name, { outcome_target: away }),
    ]],
    p: [0.54, 0.46],
  })
  if (sport === "EPL") {
    const sides = [home, "Draw", away].map((target) =>
      [`${target} ML`, wire("Moneyline", { outcome_target: target })] as const
    )
    return [{ sides, p: [0.42, 0.28, 0.3] }, totals(home, 2.5, 0.52)]
  }
  if (sport === "ATP Wimbledon") return [moneyline("Moneyline", "ML"), moneyline("1st Set Moneyline", "set 1")]
  const spread: Market = {
    sides: [[`${home} -1.5`, wire("Spread", { outcome_line: "-1.5", outcome_target: home })], [
      `${away} +1.5`,
      wire("Spread", { outcome_line: "1.5", outcome_target: away }),
    ]],
    p: [0.4, 0.6],
  }
  const [low, high] = sport === "NBA" ? [220.5, 222.5] : [8.5, 9.5]
  const game = [moneyline("Moneyline", "ML"), spread, totals(home, low, 0.53), totals(home, high, 0.42)]
  if (sport !== "NBA") return game
  const points: Market = {
    sides: ["O", "U"].map((side) =>
      [
        `Luka Doncic ${side} 28.5`,
        wire("Player Points", { outcome_line: "28.5", outcome_over_under: side, outcome_target: "Luka Doncic" }),
      ] as const
    ),
    p: [0.5, 0.5],
  }
  return [...game, points]
}

const start = Date.UTC(2026, 6, 16, 16)

/** A night of so many minutes, from a seed. */
export const makeNight = (seed: number, minutes = 60): Night => {
  const random = generator(seed ^ 0x9e37)
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)]!
  const waitOf = (mean: number): number => Math.ceil(-Math.log(1 - random()) * mean)
  const match = (id: string, sport: string, home: string, away: string, when: string): Match => ({
    id,
    sport,
    home,
    away,
    when,
    markets: marketsOf(sport, home, away),
  })
  const evening = "2026-07-16, 07:10 PM"
  const matches = [
    match("e1", "MLB", "Boston Red Sox", "Tampa Bay Rays", "2026-07-16, 01:10 PM"),
    match("e2", "MLB", "Boston Red Sox", "Tampa Bay Rays", evening),
    match("e3", "MLB", "Chicago Cubs", "New York Mets", evening),
    match("e4", "NBA", "Chicago Bulls", "Utah Jazz", evening),
    match("e5", "EPL", "Arsenal", "Everton", evening),
    match("e6", "ATP Wimbledon", "Carlos Alcaraz", "Jannik Sinner", evening),
    match("e7", "MLB", "Seattle Mariners", "Houston Astros", evening),
  ]
  const [first, second, postponed] = matches as [Match, Match, Match]
  const events: Array<FeedEvent> = []
  const script = new Script("main", start, events)
  /** What is due: at a time, in order. */
  const queue: Array<{ readonly at: number; readonly does: () => void }> = []
  const at = (when: number, does: () => void): void => {
    let place = queue.length
    while (place > 0 && queue[place - 1]!.at > when) place--
    queue.splice(place, 0, { at: when, does })
  }
  const keyOf = ({ home, away, id }: Match): string => `${home} vs ${away}, 2026-07-16, ${id}`
  const dataOf = (of: Match, sportsbook: string) => {
    // One sportsbook has the second game of the doubleheader under the key of the first.
    const isMixed = sportsbook === "thescore" && of === second
    return {
      sport: of.sport,
      info: { when: of.when, universal_id: isMixed ? first.id : of.id },
      data: { home_team: of.home, away_team: of.away },
    }
  }
  /** What is wrong with prices of a sportsbook: by outcome, how much shorter its implied probability is. */
  const wrong = new Map<string, { readonly less: number; readonly isSuspended: boolean }>()
  const idOf = (sportsbook: string, of: Match, outcome: string): string => `${sportsbook}|${of.id}|${outcome}`
  const outcomesOf = (
    { name, margin }: Sportsbook,
    of: Match,
    { sides, p }: Market,
    only?: number,
  ): Record<string, object> => {
    const quoted: Record<string, object> = {}
    sides.forEach(([outcome, fields], side) => {
      if (only !== undefined && side !== only) return
      // FanDuel's alternate spreads have one side.
      if (name === "fanduel" && side === 1 && outcome.endsWith("+1.5")) return
      const own = wrong.get(idOf(name, of, outcome))
      // A mistake makes one side longer and the other as much shorter.
      const shift = sides.reduce(
        (sum, [other], index) =>
          sum + (index === side ? 0 : (wrong.get(idOf(name, of, other))?.less ?? 0) / (sides.length - 1)),
        0 - (own?.less ?? 0),
      )
      quoted[outcome] = { ...fields, odds: own?.isSuspended === true ? "" : american(p[side]! + margin + shift) }
    })
    return quoted
  }
  /** It has the second game only. */
  const lacks = ({ name }: Sportsbook, of: Match): boolean => name === "thescore" && of === first
  const send = (sportsbook: Sportsbook, of: Match, market: Market, only?: number): void => {
    if (lacks(sportsbook, of)) return
    for (const each of sportsbook.name === "bodog" ? ["bodog", "bovada"] : [sportsbook.name]) {
      script.frame(message("line_update", each, keyOf(of), outcomesOf(sportsbook, of, market, only), dataOf(of, each)))
    }
  }
  const quote = (sportsbook: Sportsbook, of: Match, market: Market): void => {
    if (random() >= 0.02 || market.sides.length !== 2) return send(sportsbook, of, market)
    // One side of a line comes first.
    send(sportsbook, of, market, 0)
    at(script.at + 1500, () => send(sportsbook, of, market, 1))
  }
  const mistakes: Array<Mistake> = []
  const beWrong = (): void => {
    const sportsbook = pick(sportsbooks)
    const of = pick(matches)
    const market = pick(of.markets)
    const side = below(market.sides.length)
    const [outcome] = market.sides[side]!
    const ids = market.sides.map(([each]) => idOf(sportsbook.name, of, each))
    if (
      lacks(sportsbook, of) || ids.some((id) => wrong.has(id)) ||
      (sportsbook.name === "fanduel" && outcome.endsWith("+1.5"))
    ) return
    const id = ids[side]!
    wrong.set(id, { less: 0.05 + 0.03 * random(), isSuspended: false })
    send(sportsbook, of, market)
    const begun = ["bodog", "bovada"].includes(sportsbook.name) ? ["bodog", "bovada"] : [sportsbook.name]
    const mine = begun.map((name): Mistake => ({
      sportsbook: name,
      game: keyOf(of),
      outcome,
      from: script.at,
      until: Infinity,
    }))
    mistakes.push(...mine)
    const lasts = 300 + waitOf(12_000)
    const end = (isSuspended: boolean): void => {
      for (const each of mine) each.until = Math.min(each.until, script.at)
      if (isSuspended) wrong.set(id, { less: 0, isSuspended })
      else wrong.delete(id)
      send(sportsbook, of, market)
    }
    const isCut = random() < 0.25
    if (isCut) at(script.at + lasts / 2, () => end(true))
    at(script.at + lasts, () => end(false))
  }
  const junk = (): void => {
    const of = pick(matches)
    const market = pick(of.markets)
    const [outcome, fields] = market.sides[0]!
    const name = pick(["kalshi", "prophetx"])
    script.frame(message("line_update", name, keyOf(of), { [outcome]: { ...fields, odds: "+900" } }, dataOf(of, name)))
    const sportsbook = sportsbooks.find((each) => each.name === name)!
    at(script.at + 3000, () => send(sportsbook, of, market))
  }
  const move = (): void => {
    const of = pick(matches)
    const size = random() < 0.12 ? 0.09 : 0.012
    const change = (random() - 0.5) * 2 * size
    for (const market of of.markets) {
      const p = market.p.map((each, side) => each + (side === 0 ? change : 0 - change / (market.p.length - 1)))
      if (p.every((each) => each > 0.12 && each < 0.8)) market.p = p
    }
    for (const sportsbook of sportsbooks) {
      const due = script.at + waitOf(sportsbook.lag)
      for (const market of of.markets) at(due, () => quote(sportsbook, of, market))
    }
  }
  const every = (mean: number, does: () => void): void => {
    const again = (): void => {
      does()
      at(script.at + waitOf(mean), again)
    }
    at(script.at + waitOf(mean), again)
  }

  script.connect()
  for (const of of matches) {
    for (const sportsbook of sportsbooks) {
      if (lacks(sportsbook, of)) continue
      for (const name of sportsbook.name === "bodog" ? ["bodog", "bovada"] : [sportsbook.name]) {
        const all = Object.assign({}, ...of.markets.map((market) => outcomesOf(sportsbook, of, market))) as object
        script.frame(message("initial_state", name, keyOf(of), all as Record<string, unknown>, dataOf(of, name)))
      }
    }
  }
  script.wait(10_500).tick()
  every(4000, move)
  every(9000, beWrong)
  every(60_000, junk)
  every(1000, () => script.tick())
  at(start + minutes * 30_000, () => {
    // It is played tomorrow: the sportsbooks say so one after another.
    postponed.when = "2026-07-17, 07:10 PM"
    for (const sportsbook of sportsbooks) {
      at(script.at + waitOf(20_000), () => {
        const all = Object.assign(
          {},
          ...postponed.markets.map((market) => outcomesOf(sportsbook, postponed, market)),
        ) as object
        for (const name of sportsbook.name === "bodog" ? ["bodog", "bovada"] : [sportsbook.name]) {
          script.frame(
            message("game_update", name, keyOf(postponed), all as Record<string, unknown>, dataOf(postponed, name)),
          )
        }
      })
    }
  })
  const end = start + minutes * 60_000
  for (let next = queue.shift(); next !== undefined && next.at <= end; next = queue.shift()) {
    if (next.at > script.at) script.wait(next.at - script.at)
    next.does()
  }
  for (const each of mistakes) if (each.until === Infinity) each.until = script.at
  return { events, mistakes, mixed: new Set([keyOf(first), keyOf(second)]) }
}
