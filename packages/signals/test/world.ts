/**
 * Random lives of a feed in which sportsbooks quote the same bets: doubleheaders, postponed starts, teams the other way
 * round, two outcomes for one bet, namesakes, junk prices, gaps, stale sportsbooks, clears, late lines.
 */
import type { FeedEvent } from "@boltodds/protocol"
import { clear, message, Script } from "../../state/test/events.ts"
import { generator } from "../../state/test/random.ts"

/** `consensus` takes no bets; bodog and bovada are one family; prophetx has a fee. */
const sportsbooks = ["draftkings", "fanduel", "prophetx", "bodog", "bovada", "consensus"]

interface Match {
  readonly id: string | null
  readonly sport: string
  readonly home: string
  readonly away: string
  readonly when: string
}

const matches: ReadonlyArray<Match> = [
  { id: "e1", sport: "MLB", home: "Boston Red Sox", away: "Tampa Bay Rays", when: "2026-07-16, 01:10 PM" },
  { id: "e2", sport: "MLB", home: "Boston Red Sox", away: "Tampa Bay Rays", when: "2026-07-16, 06:10 PM" },
  { id: "e3", sport: "EPL", home: "Arsenal", away: "Everton", when: "2026-07-16, 03:00 PM" },
  { id: null, sport: "NBA", home: "Chicago Bulls", away: "Utah Jazz", when: "2026-07-16, 08:00 PM" },
]
const lateStart = "2026-07-16, 11:30 PM"

type Wire = Record<string, unknown>
const wire = (name: string, fields: Wire = {}): Wire => ({
  link: "",
  outcome_name: name,
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: null,
  ...fields,
})

/** The outcomes of a match, by their keys. */
const outcomesOf = ({ home, away, sport }: Match): Readonly<Record<string, Wire>> => {
  const total = (line: string): Record<string, Wire> => ({
    [`Over ${line}`]: wire("Total", { outcome_line: line, outcome_over_under: "O" }),
    [`Under ${line}`]: wire("Total", { outcome_line: line, outcome_over_under: "U" }),
  })
  const points = (name: string, side: string): Record<string, Wire> => ({
    [`${name} ${side} 5.5 Points`]: wire("Player Points", {
      outcome_line: "5.5",
      outcome_over_under: side,
      outcome_target: name,
    }),
  })
  return {
    [`${home} ML`]: wire("Moneyline", { outcome_target: home }),
    [`${away} ML`]: wire("Moneyline", { outcome_target: away }),
    ...sport === "EPL" ? { "Draw ML": wire("Moneyline", { outcome_target: "Draw" }) } : {},
    [`${home} -1.5`]: wire("Spread", { outcome_line: "-1.5", outcome_target: home }),
    [`${away} +1.5`]: wire("Spread", { outcome_line: "1.5", outcome_target: away }),
    [`${home} -1.5 alternate`]: wire("Alternate Spread", { outcome_line: "-1.5", outcome_target: home }),
    ...total("0.5"),
    ...total("8.5"),
    "Correct score 1-0": wire("Correct Score", { outcome_target: "1-0" }),
    "Nobody knows": wire("Fantasy Thing", { outcome_line: "3" }),
    ...sport === "NBA"
      ? {
        ...points("Tim Hardaway", "O"),
        ...points("Tim Hardaway", "U"),
        ...points("Tim Hardaway Jr.", "O"),
        ...points("Gary Trent Jr.", "O"),
        ...points("Gary Trent", "U"),
      }
      : {},
  }
}

/** A life of about so many things that happen, from a seed; `pace`: the longest time between two of them. */
export const worldLife = (seed: number, steps = 70, pace = 900): ReadonlyArray<FeedEvent> => {
  const random = generator(seed ^ 0x0dd5)
  const chance = (p: number): boolean => random() < p
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)]!
  const price = (): string => pick(["-200", "-115", "-110", "-105", "+100", "-100", "+105", "+110", "+180", "+900"])

  const events: Array<FeedEvent> = []
  const start = Date.UTC(2026, 6, 16, 14)
  const isDivided = chance(0.3)
  const scripts = isDivided
    ? [new Script("main", start, events), new Script("other", start, events)]
    : [new Script("main", start, events)]
  // What a session has is its own: by sport, so that one sportsbook is in both.
  const ofMatch = (match: Match): Script => scripts[match.sport === "MLB" ? 0 : scripts.length - 1]!
  const isUp = new Map(scripts.map((script) => [script, false]))
  const wait = (millis: number): void => {
    for (const script of scripts) script.wait(millis)
  }

  /** The server's book: games with the prices of their outcomes. */
  interface Game {
    readonly sportsbook: string
    readonly key: string
    readonly match: Match
    when: string | undefined
    teams: readonly [home: string, away: string]
    id: string | null
    readonly odds: Map<string, string | null>
  }
  const games = new Map<string, Game>()
  const open = (sportsbook: string, match: Match): Game => {
    const second = chance(0.06) ? " B" : ""
    const key = `${match.home} vs ${match.away}, ${match.when.slice(0, 10)}, ${match.id ?? "x"}${second}`
    const flipped = chance(0.04)
    const game: Game = {
      sportsbook,
      key,
      match,
      when: chance(0.1) ? undefined : chance(0.1) ? lateStart : match.when,
      teams: flipped ? [match.away, match.home] : [match.home, match.away],
      id: chance(0.05) ? null : match.id,
      odds: new Map(),
    }
    for (const outcome of Object.keys(outcomesOf(match))) {
      if (chance(0.6)) game.odds.set(outcome, chance(0.12) ? null : price())
    }
    games.set(`${sportsbook}|${key}`, game)
    return game
  }
  const tell = (action: string, game: Game, outcomes: Iterable<readonly [string, string | null]>): unknown => {
    const all = outcomesOf(game.match)
    const [home_team, away_team] = game.teams
    const info = {
      ...game.when === undefined ? {} : { when: game.when },
      ...game.id === null ? {} : { universal_id: game.id },
    }
    return message(
      action,
      game.sportsbook,
      game.key,
      Object.fromEntries([...outcomes].map(([name, odds]) => [name, { ...all[name], odds: odds ?? "" }])),
      { sport: game.match.sport, info, data: { home_team, away_team } },
    )
  }
  const full = (game: Game, action = "game_update"): unknown => tell(action, game, game.odds)

  /** Something changes at the server; the session that has it, and the message. */
  const change = (): readonly [Script, unknown] => {
    const sportsbook = pick(sportsbooks)
    const match = pick(matches)
    const script = ofMatch(match)
    const known = [...games.values()].filter((each) => each.sportsbook === sportsbook && each.match === match)
    if (known.length === 0 || chance(0.03)) return [script, full(open(sportsbook, match), "game_added")]
    const game = pick(known)
    const names = Object.keys(outcomesOf(match))
    const what = random()
    if (what < 0.7) {
      const touched = names.filter(() => chance(0.25))
      for (const name of touched) game.odds.set(name, chance(0.2) ? null : price())
      return [script, tell("line_update", game, touched.map((name) => [name, game.odds.get(name)!]))]
    }
    if (what < 0.8) {
      for (const name of names) if (chance(0.2)) game.odds.delete(name)
      return [script, full(game)]
    }
    if (what < 0.85) {
      game.when = chance(0.5) ? lateStart : match.when
      return [script, full(game)]
    }
    if (what < 0.88) {
      game.teams = [game.teams[1], game.teams[0]]
      return [script, full(game)]
    }
    if (what < 0.9) {
      game.id = game.id === null ? match.id : null
      return [script, full(game)]
    }
    if (what < 0.96) {
      games.delete(`${game.sportsbook}|${game.key}`)
      return [script, tell("game_removed", game, [])]
    }
    for (const [id, each] of games) {
      if (each.sportsbook === sportsbook && each.match.sport === match.sport) games.delete(id)
    }
    return [script, clear(sportsbook, match.sport)]
  }

  const connect = (script: Script): void => {
    wait(below(4_000))
    script.connect()
    isUp.set(script, true)
    for (const game of games.values()) {
      if (ofMatch(game.match) !== script || chance(0.05)) continue
      wait(below(80))
      script.frame(full(game, "initial_state"))
    }
    if (chance(0.6)) {
      wait(10_500)
      script.tick()
    }
  }

  for (const match of matches) for (const sportsbook of sportsbooks) if (chance(0.7)) open(sportsbook, match)
  for (const script of scripts) connect(script)
  for (let step = 0; step < steps; step++) {
    wait(below(pace))
    const script = pick(scripts)
    if (isUp.get(script) === false) {
      for (let away = below(4); away > 0; away--) change()
      connect(script)
      continue
    }
    const what = random()
    if (what < 0.8) {
      const by = new Map<Script, Array<unknown>>()
      for (let left = 1 + below(3); left > 0; left--) {
        const [to, value] = change()
        by.set(to, [...by.get(to) ?? [], value])
      }
      for (const [to, values] of by) if (isUp.get(to) === true) to.frame(...values)
    } else if (what < 0.84) {
      script.disconnect()
      isUp.set(script, false)
    } else if (what < 0.87) {
      wait(25_000)
      script.silent()
      if (chance(0.4)) script.disconnect()
      else script.wait(500).heard()
      isUp.set(script, events.at(-1)!._tag === "Heard")
    } else if (what < 0.9) {
      const [to, value] = change()
      const text = JSON.stringify(value)
      if (isUp.get(to) === true) {
        to.raw(
          chance(0.5) ? text.slice(0, 90 + below(text.length)) : text.replace(/"outcomes":\{/, '"outcomes":7,"x":{'),
        )
      }
    } else if (what < 0.92) script.tick(script.at + 6_000_000)
    else if (what < 0.94) {
      for (let beat = 0; beat < 16; beat++) {
        wait(20_000)
        for (const each of scripts) if (isUp.get(each) === true) each.frame({ action: "ping" })
      }
    } else if (what < 0.96) wait(3_600_000)
    else script.tick()
  }
  for (const script of scripts) script.tick()
  return events
}
