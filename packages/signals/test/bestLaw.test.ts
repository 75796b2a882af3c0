import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import type { Best, SignalSettings } from "@boltodds/signals"
import { best } from "@boltodds/signals/emits"
import { make, thaw } from "@boltodds/state"
import { expect, it } from "vitest"
import { OddsIndex } from "../src/internal/OddsIndex.ts"
import { BestReader } from "./BestReader.ts"
import { bruteBest, bruteBestRecords, brutePrices, near } from "./brute.ts"
import { forLives, run } from "./laws.ts"
import { play } from "./play.ts"

const settingsOf = (seed: number): SignalSettings =>
  seed % 3 === 0
    ? { betAt: ["draftkings", "prophetx", "bovada"] }
    : seed % 3 === 1
    ? { sportsbooks: { prophetx: { fee: { winnings: 0.05 } }, fanduel: { bettable: false } } }
    : {}

it("says after every group what plain loops over the folded book find, and sends no price that is not live", () => {
  let compared = 0
  forLives((events, seed) => {
    const settings = settingsOf(seed)
    const reader = new BestReader()
    play(best({ ...settings, control: seed % 4 !== 0 }), events, ({ envelopes, book, draws }) => {
      reader.take(envelopes)
      const wanted = bruteBest(brutePrices(book, draws, settings))
      if (reader.belief().join("\n") !== wanted.join("\n")) expect(reader.belief()).toEqual(wanted)
      compared += reader.known.size
    })
  })
  expect(compared).toBeGreaterThan(200)
})

it("sends records all of which plain loops find, and what was before", () => {
  let compared = 0
  forLives((events, seed) => {
    const settings = settingsOf(seed)
    const reader = new BestReader()
    play(best(settings), events, ({ envelopes, book, draws, at }) => {
      let wanted: ReadonlyMap<string, object> | undefined
      for (const { value } of envelopes) {
        const record = value as Best | Control
        if (!("control" in record)) {
          const before = reader.known.get(record.key)
          expect(record.best).toBe(record.reason !== undefined ? "closed" : before === undefined ? "opened" : "moved")
          if (record.best !== "closed") {
            wanted ??= bruteBestRecords(brutePrices(book, draws, settings), at, settings)
            const { run: _r, seq: _s, part: _p, session: _n, epoch: _e, at: _a, sent_at: _t, frame: _f, ...rest } =
              record
            const { best: _b, previous_odds, previous_sportsbooks, last: _l, delayed: _d, ...said } = rest
            expect({ ...said, booksum: said.booksum === null ? null : near(said.booksum) }).toEqual(
              wanted.get(record.key),
            )
            expect([previous_odds, previous_sportsbooks]).toEqual([before?.odds ?? null, before?.sportsbooks ?? []])
            compared++
          }
        }
        reader.read(record)
      }
    })
  }, 5)
  expect(compared).toBeGreaterThan(100)
})

it("has no cell without a price once all games are closed", () => {
  forLives((events) => {
    const index = new OddsIndex()
    let book = emptyBook
    const draft = thaw(make({ run }))
    const take = (records: ReadonlyArray<Change | Control>): void => {
      for (const record of records) {
        index.apply(record)
        if (record.last === true) {
          index.settle(Date.parse(record.at))
          index.sweep()
        }
      }
      book = fold(book, records)
    }
    for (const { records } of draft.apply(events)) take(records)
    const stamp = { run, seq: 1, session: "main", epoch: 1, at: new Date(0).toISOString(), sent_at: null, frame: 1 }
    for (const { lines: _, partial, verified: _v, ...game } of book.games.values()) {
      take([{ change: "game_closed", ...stamp, ...game, partial, cause: "feed", last: true }])
    }
    expect(index.size).toEqual({ games: 0, events: 0, sides: 0, legs: 0 })
  })
})
