/** Records written by hand, each a group of its own. */
import type { Change, Control } from "@boltodds/protocol"

/** When the first record is. */
export const start = Date.UTC(2026, 0, 16, 18)

/** Writes records of one run; `wait` moves its clock. */
export class Records {
  run = "01J00000000000000000000000"
  #seq = 0
  #at = start

  get now(): number {
    return this.#at
  }

  /** The key of the game, unless a record says another. */
  readonly gameKey = gameKey

  wait(millis: number): void {
    this.#at += millis
  }

  control(control: string, more: object = {}): Control {
    return this.#record({ control, ...more }) as Control
  }

  /** A game at a sportsbook: of one event, unless `more` says otherwise. */
  game(change: string, sportsbook: string, more: object = {}): Change {
    return this.#record({ change, partial: false, ...gameOf(sportsbook), ...more }) as Change
  }

  line(change: string, sportsbook: string, more: object = {}): Change {
    const line = {
      market: "Moneyline",
      target: null,
      target_kind: null,
      side: null,
      line: null,
      line_derived: false,
      link: null,
      odds: 150,
      previous_odds: null,
      previous_line: null,
    }
    return this.#record({ change, ...gameOf(sportsbook), ...line, ...more }) as Change
  }

  #record(fields: object): unknown {
    const at = new Date(this.#at).toISOString()
    const stamp = {
      run: this.run,
      seq: ++this.#seq,
      session: "main",
      epoch: 1,
      at,
      sent_at: null,
      frame: 1,
      last: true,
    }
    return { ...stamp, ...fields }
  }
}

const gameKey = "Chicago Bulls vs Utah Jazz, 2026-01-16, 1e1f1b8dc2ec"

const gameOf = (sportsbook: string): object => ({
  cause: "feed",
  sportsbook,
  sport: "NBA",
  game: gameKey,
  universal_game_id: "1e1f1b8dc2ec",
  book_game_id: null,
  home_team: "Chicago Bulls",
  away_team: "Utah Jazz",
  starts_at: "2026-01-16T23:10:00.000Z",
})

/** A line of one of the two teams. */
export const moneyline = (team: "home" | "away", odds: number | null = 150): object => ({
  outcome: `${team} Moneyline`,
  target: team === "home" ? "Chicago Bulls" : "Utah Jazz",
  target_kind: team,
  odds,
})
