/** Odds of many sportsbooks on the same events, as texts of frames, for benches: the same numbers every time. */

/** Nine sportsbooks of the real data. */
const sportsbooks = [
  "draftkings",
  "fanduel",
  "betmgm",
  "caesars",
  "thescore",
  "prophetx",
  "novig",
  "kalshi",
  "polymarket",
]

/** What each of them adds to a fair probability, as in the real data. */
const margins = [0.023, 0.022, 0.024, 0.022, 0.022, 0.006, 0.006, 0.02, 0.008]

/** A small generator. */
const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const american = (p: number): string => {
  const decimal = 1 / Math.min(0.97, Math.max(0.03, p))
  const odds = decimal >= 2 ? Math.round((decimal - 1) * 100) : Math.round(-100 / (decimal - 1))
  return odds > 0 ? `+${odds}` : `${odds}`
}

/** How large the world is. */
export interface WorldSize {
  readonly events: number
  /** How many of the nine sportsbooks have each event. */
  readonly sportsbooks: number
  /** How many spreads and how many totals each of them has. */
  readonly ladder: number
}

/** The texts of a feed. */
export class BenchWorld {
  readonly size: WorldSize
  readonly #next: () => number
  /** The fair home probability of each event. */
  readonly #fair: Float64Array
  #clock = 0

  constructor(size: WorldSize, seed = 7) {
    this.size = size
    this.#next = random(seed)
    this.#fair = Float64Array.from({ length: size.events }, () => 0.35 + 0.3 * this.#next())
  }

  /** How many lines the world has. */
  get lines(): number {
    const { events, sportsbooks: each, ladder } = this.size
    return events * each * (2 + 4 * ladder)
  }

  /** The snapshot: one message for each game. */
  *snapshot(): Generator<string> {
    for (let event = 0; event < this.size.events; event++) {
      for (let at = 0; at < this.size.sportsbooks; at++) {
        const outcomes = Array.from({ length: 1 + 2 * this.size.ladder }, (_, pair) => this.#pair(event, at, pair))
        yield this.#message("initial_state", event, at, Object.assign({}, ...outcomes) as object)
      }
    }
  }

  /** Updates: a pair of one game moves in each, and now and then what it is worth. */
  *updates(count: number): Generator<string> {
    const { events, sportsbooks: each, ladder } = this.size
    for (let index = 0; index < count; index++) {
      const event = Math.floor(this.#next() * events)
      if (this.#next() < 0.1) {
        this.#fair[event] = Math.min(0.8, Math.max(0.2, this.#fair[event]! + (this.#next() - 0.5) * 0.01))
      }
      const at = Math.floor(this.#next() * each)
      yield this.#message("line_update", event, at, this.#pair(event, at, Math.floor(this.#next() * (1 + 2 * ladder))))
    }
  }

  /** Both sides of a line: the moneyline, then spreads, then totals. */
  #pair(event: number, sportsbook: number, pair: number): object {
    const { ladder } = this.size
    const [home, away] = teams(event)
    const link = `https://sportsbook.example.com/event/home-at-away/32225523?outcomes=0HC79742904N150_${pair}`
    const margin = margins[sportsbook]!
    const noise = (this.#next() - 0.5) * 0.008
    const rung = pair === 0 ? 0 : (pair - 1) % ladder - ladder / 2
    const p = this.#fair[event]! + noise + (pair === 0 ? 0 : rung * 0.06)
    const prices = [american(p + margin), american(1 - p + margin)]
    const outcome = (
      odds: string | undefined,
      name: string,
      line: number | null,
      side: string | null,
      target: string | null,
    ) => ({
      odds,
      link,
      outcome_name: name,
      outcome_line: line,
      outcome_over_under: side,
      outcome_target: target,
    })
    if (pair === 0) {
      return {
        [`${home} Moneyline`]: outcome(prices[0], "Moneyline", null, null, home),
        [`${away} Moneyline`]: outcome(prices[1], "Moneyline", null, null, away),
      }
    }
    if (pair <= ladder) {
      const line = rung + 0.5
      return {
        [`${home} ${line} Spread`]: outcome(prices[0], "Spread", line, null, home),
        [`${away} ${0 - line} Spread`]: outcome(prices[1], "Spread", 0 - line, null, away),
      }
    }
    // The easier the over, the lower its line.
    const line = 8.5 - rung
    return {
      [`${home} O ${line}`]: outcome(prices[0], "Total", line, "O", null),
      [`${home} U ${line}`]: outcome(prices[1], "Total", line, "U", null),
    }
  }

  #message(action: string, event: number, sportsbook: number, outcomes: object): string {
    const [home, away] = teams(event)
    const id = (event + 0x1000000).toString(16).padStart(12, "0")
    const game = `${home} vs ${away}, 2026-07-16, ${id}`
    return JSON.stringify({
      timestamp: new Date(1_784_000_000_000 + this.#clock++).toISOString().replace("Z", "000+00:00"),
      action,
      data: {
        sport: "MLB",
        sportsbook: sportsbooks[sportsbook],
        game,
        universal_game_id: id,
        home_team: home,
        away_team: away,
        info: { id: "31584696", when: "2026-07-16, 07:10 PM", link: "", game, universal_id: id },
        outcomes,
      },
    })
  }
}

const teams = (
  event: number,
): readonly [string, string] => [`Springfield Comets ${event}`, `Shelbyville Hounds ${event}`]
