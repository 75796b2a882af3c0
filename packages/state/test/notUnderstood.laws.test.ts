import {
  type Book,
  type BookGame,
  type Change,
  type Control,
  emptyBook,
  fold,
  gameId,
  isControl,
  isLive,
  makeFrame,
  type Outcome,
} from "@boltodds/protocol"
import { counts, type Draft, isActionable, make, type State, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { damaged, diceOf, type GameMessage, stranger } from "./damage.ts"
import { message, outcome } from "./events.ts"
import { generator } from "./random.ts"
import { scenario } from "./scenario.ts"

// More, and from elsewhere: LAW_RUNS=3000 LAW_SEED=1 vitest run packages/state/test/notUnderstood.laws.test.ts
const runs = Number(process.env["LAW_RUNS"] ?? 150)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const options = { run: "01J00000000000000000000000" }

/** A life up to a moment at which something is actionable, in two eyes: the state's, and those of a reader who folds. */
class Moment {
  readonly random: () => number
  readonly #draft: Draft
  /** The newest epoch of each session. */
  readonly #epochs = new Map<string, number>()
  state: State
  folded: Book
  at: number
  /** What came of the last frame. */
  records: ReadonlyArray<Change | Control> = []

  constructor(seed: number) {
    this.random = generator(seed ^ 0x11fe)
    const { events } = scenario(seed)
    const from = Math.floor(this.random() * events.length)
    this.#draft = thaw(make(options))
    this.folded = emptyBook
    this.at = 0
    this.state = this.#draft.seal()
    let index = 0
    // On from a random moment to the first at which something can be lost.
    for (; index < events.length && (index < from || this.actionable().size === 0); index++) {
      const event = events[index]!
      this.at = Math.max(this.at, event.at)
      this.#epochs.set(event.session, Math.max(this.#epochs.get(event.session) ?? 0, event.epoch))
      this.#apply([event])
    }
  }

  #apply(events: Parameters<Draft["apply"]>[0]): void {
    const records = this.#draft.apply(events).flatMap((step) => step.records)
    this.records = records
    this.folded = fold(this.folded, records)
    this.state = this.#draft.seal()
  }

  frame(session: string, raw: string | Uint8Array): void {
    this.at += 1
    this.#apply([makeFrame(session, this.#epochs.get(session)!, this.at, raw)])
  }

  /** The lines that are actionable for the state; the reader must find each of them live. */
  actionable(): ReadonlySet<string> {
    const lines = new Set<string>()
    for (const game of this.folded.games.values()) {
      for (const line of game.lines.values()) {
        if (!isActionable(this.state, { ...game, outcome: line.outcome }, this.at)) continue
        if (!isLive(this.folded, game, line)) throw new Error(`${line.outcome} is actionable and not live for a reader`)
        lines.add(`${gameId(game.sportsbook, game.game)}\u0000${line.outcome}`)
      }
    }
    return lines
  }

  /** The lines of a game that a reader who folds the records takes for live and priced. */
  believed({ sportsbook, game }: BookGame): ReadonlyArray<string> {
    const known = this.folded.games.get(gameId(sportsbook, game))
    return known === undefined
      ? []
      : [...known.lines.values()].flatMap((line) =>
        isLive(this.folded, known, line) && line.odds !== null ? [line.outcome] : []
      )
  }

  quarantined(): ReadonlyArray<Control & { control: "quarantined" }> {
    return this.records.filter((record) => isControl(record)).filter((record) => record.control === "quarantined")
  }
}

const ofGame = (lines: ReadonlySet<string>, { sportsbook, game }: BookGame): ReadonlyArray<string> =>
  [...lines].filter((line) => line.startsWith(`${gameId(sportsbook, game)}\u0000`))

/** What the server would send of a game that is known, with another price for each line. */
const messageOf = (game: BookGame, action: string, move: number): GameMessage => {
  const outcomes: Record<string, Outcome> = {}
  for (const line of game.lines.values()) {
    outcomes[line.outcome] = outcome(String(-150 - move), { outcome_name: line.market, outcome_target: line.target })
  }
  return message(action, game.sportsbook, game.game, outcomes, { sport: game.sport }) as GameMessage
}

const forSeeds = (law: (moment: Moment, victim: BookGame, before: ReadonlySet<string>) => void): number => {
  let held = 0
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      const moment = new Moment(seed)
      const before = moment.actionable()
      const games = [...moment.folded.games.values()].filter((game) => ofGame(before, game).length > 0)
      if (games.length === 0) continue
      held++
      law(moment, diceOf(moment.random).pick(games), before)
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
  return held
}

describe("what is not understood is not live", { timeout: 60_000 + runs * 100 }, () => {
  it("whatever happened to the message: no line that it may be about is actionable, and the records say so", () => {
    const names = new Set<string>()
    const held = forSeeds((moment, victim, before) => {
      const { pick } = diceOf(moment.random)
      const action = pick(["line_update", "initial_state", "game_update", "game_added"])
      const { name, raw, isNamed } = damaged(messageOf(victim, action, 1), moment.random)
      names.add(name)
      const { unknown, quarantined } = counts(moment.state)
      moment.frame(victim.session, raw)
      const after = moment.actionable()
      expect(ofGame(after, victim), `${name}: actionable after ${String(raw).slice(0, 300)}`).toEqual([])
      expect(moment.believed(victim), `${name}: believed by a reader`).toEqual([])
      const now = counts(moment.state)
      expect(now.unknown + now.quarantined, `${name}: counted`).toBeGreaterThan(unknown + quarantined)
      const touched = moment.quarantined().some(({ touches, sportsbook, game }) =>
        touches === "session" || (sportsbook === victim.sportsbook &&
          (touches === "sportsbook" || (touches === "game" && game === victim.game)))
      )
      expect(touched, `${name}: reported`).toBe(true)
      if (!isNamed) return
      const others = (lines: ReadonlySet<string>) => [...lines].filter((line) => !ofGame(before, victim).includes(line))
      expect(others(after), `${name}: other games`).toEqual(others(before))
    })
    expect(held).toBeGreaterThan(runs / 2)
    if (runs >= 1000) expect(names.size).toBeGreaterThan(150)
  })

  it("is reported once until something of it is read again, and counted each time", () => {
    forSeeds((moment, victim) => {
      const { raw, name } = damaged(messageOf(victim, "line_update", 1), moment.random)
      moment.frame(victim.session, raw)
      const first = counts(moment.state)
      moment.frame(victim.session, raw)
      expect(moment.quarantined().filter(({ touches }) => touches !== "nothing"), name).toEqual([])
      const second = counts(moment.state)
      expect(second.unknown + second.quarantined, name).toBeGreaterThan(first.unknown + first.quarantined)
    })
  })

  it("is healed for a line by a line update, and for a game by a full message", () => {
    forSeeds((moment, victim, before) => {
      const { raw, name } = damaged(messageOf(victim, "line_update", 1), moment.random)
      moment.frame(victim.session, raw)
      const line = diceOf(moment.random).pick(ofGame(before, victim))
      const key = line.split("\u0000")[2]!
      const healing = messageOf(victim, "line_update", 2)
      const outcomes = { [key]: (healing.data["outcomes"] as Record<string, unknown>)[key] }
      moment.frame(victim.session, JSON.stringify({ ...healing, data: { ...healing.data, outcomes } }))
      expect(ofGame(moment.actionable(), victim), `${name}: healed by a line update`).toEqual([line])
      moment.frame(victim.session, JSON.stringify(messageOf(victim, "game_update", 3)))
      const healed = ofGame(moment.actionable(), victim)
      expect(new Set(healed), `${name}: healed by a full message`)
        .toEqual(
          new Set([...victim.lines.keys()].map((one) => `${gameId(victim.sportsbook, victim.game)}\u0000${one}`)),
        )
    })
  })

  it("a harmless stranger starves nobody", () => {
    const held = forSeeds((moment, victim, before) => {
      for (let count = 0; count < 5; count++) {
        const value = stranger(victim, moment.random)
        moment.frame(victim.session, JSON.stringify(value))
        expect([...moment.actionable()], JSON.stringify(value)).toEqual([...before])
      }
    })
    expect(held).toBeGreaterThan(runs / 2)
  })
})
