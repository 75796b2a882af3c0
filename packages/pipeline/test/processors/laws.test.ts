import { isDeepStrictEqual } from "node:util"
import {
  type Book,
  type BookGame,
  type BookLine,
  type Change,
  type Control,
  fold,
  gameId,
  isLineChange,
  isLive,
} from "@boltodds/protocol"
import {
  chain,
  changes,
  conflate,
  dedupe,
  map,
  minMove,
  type MinMoveOptions,
  type Processor,
  sample,
  where,
} from "@boltodds/pipeline"
import type { Envelope } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import { ProcessorRun } from "../../src/route/ProcessorRun.ts"
import { cut, forLives, groupsOf, outOf, readings, recordsOf, runs, state, turnsOf } from "./lives.ts"

const every = Duration.millis(700)
const isUnderdog = (change: Change) => isLineChange(change) && change.odds !== null && change.odds >= 110

/** Every processor of changes, in the ways it can be set up, and some of them one after another. */
const processors: Readonly<Record<string, () => Processor<Change, Change>>> = {
  "where odds": () => where(isUnderdog),
  "where the price moved": () => where((change) => change.change === "line_moved"),
  "where the book is": () => where((change) => change.sportsbook === "fanduel"),
  map: () => map((change: Change) => change),
  conflate: () => conflate({ every }),
  "conflate, overtaking": () => conflate({ every, overtake: true }),
  "minMove in cents": () => minMove({ cents: 8 }),
  "minMove in probability": () => minMove({ probability: 0.02 }),
  "sample by number": () => sample({ every: 3 }),
  "sample by time": () => sample({ interval: Duration.seconds(5) }),
  dedupe: () => dedupe(),
  "where, conflate, dedupe": () => chain(chain(where(isUnderdog), conflate({ every })), dedupe()),
  "conflate, where": () => chain(conflate({ every }), where(isUnderdog)),
  "minMove, conflate": () => chain(minMove({ cents: 8 }), conflate({ every })),
  "conflate, minMove": () => chain(conflate({ every }), minMove({ cents: 8 })),
  "where, minMove": () => chain(where(isUnderdog), minMove({ cents: 8 })),
  "where the price moved, minMove": () =>
    chain(where((change) => change.change === "line_moved"), minMove({ cents: 8 })),
  "where, sample, conflate, dedupe": () =>
    chain(chain(where(isUnderdog), sample({ every: 2 })), chain(conflate({ every, overtake: true }), dedupe())),
  "dedupe, conflate, conflate": () => chain(dedupe(), chain(conflate({ every }), conflate({ every }))),
}

/** How far a live price may be off. Those that let numbers fall are held to account line by line, below. */
const cents = (odds: number) => odds > 0 ? odds - 100 : odds + 100
const implied = (odds: number) => odds > 0 ? 100 / (odds + 100) : -odds / (100 - odds)
const within: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "minMove in cents": (a, b) => Math.abs(cents(a) - cents(b)) < 8,
  "minMove in probability": (a, b) => Math.abs(implied(a) - implied(b)) < 0.02,
  "minMove, conflate": (a, b) => Math.abs(cents(a) - cents(b)) < 8,
  "conflate, minMove": (a, b) => Math.abs(cents(a) - cents(b)) < 8,
  "where, minMove": (a, b) => Math.abs(cents(a) - cents(b)) < 8,
  "where the price moved, minMove": (a, b) => Math.abs(cents(a) - cents(b)) < 8,
}
/** What merges before the last processor of a chain that leaves single records out. */
const before: Readonly<Record<string, () => Processor<Change, Change>>> = {
  "conflate, minMove": () => conflate({ every }),
}
const overtaking = ["conflate, overtaking", "where, sample, conflate, dedupe"]

const lineIn = (book: Book, game: BookGame, outcome: string): { game: BookGame; line: BookLine } | undefined => {
  const known = book.games.get(gameId(game.sportsbook, game.game))
  const line = known?.lines.get(outcome)
  return known === undefined || line === undefined ? undefined : { game: known, line }
}

describe("any processor of changes", { timeout: 240_000 + runs * 5_000 }, () => {
  it("gives the same bytes, in the same groups, however events are cut into turns", () => {
    forLives((events, random) => {
      const bytes = (make: () => Processor<Change, Change>, pieces: ReadonlyArray<typeof events>) =>
        outOf(make(), turnsOf(pieces)).map((group) => group.map(({ text, seq }) => `${seq} ${text}`).join("\n"))
      for (const make of Object.values(processors)) {
        const whole = bytes(make, [events])
        expect(bytes(make, cut(events, random))).toEqual(whole)
        expect(bytes(make, events.map((event) => [event]))).toEqual(whole)
      }
    })
  })

  it.each(Object.keys(processors).filter((name) => !overtaking.includes(name)))(
    "%s: its reader never believes a price live that was not live at the highest seq it has received",
    (name) => {
      const isNear = within[name] ?? ((a: number, b: number) => a === b)
      let believed = 0
      let told = 0
      let all = 0
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random), random)
        const groups = outOf(processors[name]!(), turns)
        const records = recordsOf(turns)
        told += groups.flat().filter(({ value }) => !("cause" in value) || value.cause !== "snapshot").length
        all += records.length
        let highest = 0
        const madeOf = before[name] === undefined ? groups : outOf(before[name](), turns)
        for (const { reader, truth, seq, group } of readings(groups, records, madeOf)) {
          if (!name.startsWith("sample")) {
            for (const envelope of group) {
              const isAgain = envelope.value.seq === highest
              if (!isAgain) expect(envelope.seq, "numbers rise").toBeGreaterThan(highest)
              highest = envelope.seq
            }
          }
          for (const game of reader.games.values()) {
            for (const line of game.lines.values()) {
              if (!isLive(reader, game, line)) continue
              const true_ = lineIn(truth, game, line.outcome)
              const where = `${game.sportsbook}, ${game.game}, ${line.outcome} at ${seq}`
              if (true_ === undefined) expect.fail(`${where}: it was closed`)
              if (!isLive(truth, true_.game, true_.line)) expect.fail(`${where}: it was unverified`)
              const [ours, theirs] = [line.odds, true_.line.odds]
              believed++
              if (ours === theirs || (ours !== null && theirs !== null && isNear(ours, theirs))) continue
              expect.fail(`${where}: believed ${ours}, it was ${theirs}`)
            }
          }
        }
      })
      expect(believed).toBeGreaterThan(runs * 20)
      if (name !== "map" && name !== "dedupe") expect(told).toBeLessThan(all)
    },
  )

  it.each(["conflate", "dedupe", "map", "dedupe, conflate, conflate"])(
    "%s: what has come out folds into the whole book, whenever something has come out",
    (name) => {
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random), random)
        const records = recordsOf(turns)
        const groups = outOf(processors[name]!(), turns)
        let index = 0
        for (const { reader, truth, seq } of readings(groups, records)) {
          const following = groups[++index]?.[0]
          const isAgain = following !== undefined && "control" in following.value &&
            following.value.control === "stream_started"
          const next = following === undefined ? records.length + 1 : following.seq + (isAgain ? 1 : 0)
          // What was opened and closed meanwhile comes out as nothing: then the book is that after the closing.
          let then = truth
          for (let at = seq; at < next - 1 && !isDeepStrictEqual(reader, then); at++) then = fold(then, [records[at]!])
          if (!isDeepStrictEqual(reader, then)) expect(reader).toEqual(truth)
        }
      })
    },
  )
})

describe("where", { timeout: 240_000 + runs * 5_000 }, () => {
  const predicates: Readonly<Record<string, (change: Change) => boolean>> = {
    odds: isUnderdog,
    suspended: (change) => isLineChange(change) && change.odds === null,
    book: (change) => change.sportsbook === "fanduel",
    market: (change) => isLineChange(change) && change.market === "Spread",
    kind: (change) => change.change === "line_moved" || change.change === "line_opened",
  }
  it.each(Object.keys(predicates))(
    "%s: is the part of the book that satisfies the predicate, unverified lines included",
    (name) => {
      const predicate = predicates[name]!
      let lines = 0
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random))
        /** By line, whether its newest record satisfies the predicate. */
        const holds = new Map<string, Map<string, boolean>>()
        const note = (record: Change | Control): void => {
          if ("control" in record) return
          const id = gameId(record.sportsbook, record.game)
          if (!isLineChange(record)) {
            if (record.change !== "game_amended") holds.set(id, new Map())
          } else if (record.change === "line_closed") holds.get(id)!.delete(record.outcome)
          else holds.get(id)!.set(record.outcome, predicate(record))
        }
        for (const { reader, truth, passed } of readings(outOf(where(predicate), turns), recordsOf(turns))) {
          passed.forEach(note)
          const view: Array<BookLine> = []
          for (const [id, game] of truth.games) {
            for (const line of game.lines.values()) if (holds.get(id)!.get(line.outcome) === true) view.push(line)
          }
          const ours = [...reader.games.values()].flatMap((game) => [...game.lines.values()])
          const inOrder = (lines: ReadonlyArray<BookLine>) => lines.map((line) => JSON.stringify(line)).sort()
          expect(inOrder(ours)).toEqual(inOrder(view))
          lines += view.length
          for (const id of reader.games.keys()) expect(truth.games.has(id), "its games are known").toBe(true)
        }
      })
      expect(lines).toBeGreaterThan(runs * 20)
    },
  )
})

describe("minMove", { timeout: 240_000 + runs * 5_000 }, () => {
  it.each([{ cents: 8 }, { probability: 0.02 }] satisfies ReadonlyArray<MinMoveOptions>)(
    "%o: all but prices is as in the book, and suspended lines are known to be",
    (options) => {
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random), random)
        const shape = (book: Book) =>
          [...book.games.values()].flatMap((game) => [
            JSON.stringify([game.game, game.sportsbook, game.partial, game.verified]),
            ...[...game.lines.values()].map(({ odds, link: _, ...line }) =>
              JSON.stringify([game.game, line, odds === null])
            ),
          ])
        for (const { reader, truth } of readings(outOf(minMove(options), turns), recordsOf(turns))) {
          expect(shape(reader).sort()).toEqual(shape(truth).sort())
        }
      })
    },
  )
})

describe("sample", { timeout: 240_000 + runs * 5_000 }, () => {
  it.each([{ every: 3 }, { interval: Duration.seconds(5) }])(
    "%o: its reader knows every line that is open, and whether it is suspended",
    (options) => {
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random), random)
        const shape = (book: Book) =>
          [...book.games.values()].flatMap((game) =>
            [...game.lines.values()].map((line) => `${game.game} ${line.outcome} ${line.odds === null}`)
          )
        for (const { reader, truth } of readings(outOf(sample(options), turns), recordsOf(turns))) {
          expect(shape(reader).sort()).toEqual(shape(truth).sort())
        }
      })
    },
  )
})

describe("conflate with overtake", { timeout: 240_000 + runs * 5_000 }, () => {
  it.each(overtaking)(
    "%s: never shows a price of a line that is suspended or gone, and numbers of a line rise",
    (name) => {
      forLives((events, random) => {
        const turns = turnsOf(cut(events, random))
        const highest = new Map<string, number>()
        for (const { reader, truth, group } of readings(outOf(processors[name]!(), turns), recordsOf(turns))) {
          for (const { seq, value } of group) {
            if ("control" in value || !isLineChange(value)) continue
            const id = `${value.sportsbook} ${value.game} ${value.outcome}`
            expect(seq).toBeGreaterThan(highest.get(id) ?? 0)
            highest.set(id, seq)
          }
          for (const game of reader.games.values()) {
            for (const line of game.lines.values()) {
              if (line.odds === null || !isLive(reader, game, line)) continue
              const truly = lineIn(truth, game, line.outcome)
              // A line that was suspended before its first record here may have been resumed: only its newest record says.
              if (truly === undefined || truly.line.odds === null) {
                expect.fail(`${line.outcome} is believed at ${line.odds}`)
              }
            }
          }
        }
      })
    },
  )

  it("folds into the whole book before every control", () => {
    forLives((events, random) => {
      const turns = turnsOf(cut(events, random))
      const out = outOf(processors["conflate, overtaking"]!(), turns).flat()
      // A control is a moment of its own: what stands before it is all of what was before it.
      const moments = out.flatMap((envelope, index): ReadonlyArray<ReadonlyArray<Envelope<Change>>> =>
        envelope._tag === "Control"
          ? [out.slice(out.findLastIndex((it, at) => at < index && it._tag === "Control") + 1, index + 1)]
          : []
      )
      for (const { reader, truth } of readings(moments, recordsOf(turns))) expect(reader).toEqual(truth)
    })
  })
})

describe("dedupe", { timeout: 240_000 + runs * 5_000 }, () => {
  it("gives the same book when records come again", () => {
    forLives((events, random) => {
      const turns = turnsOf([events])
      const emission = changes().open({ state })
      const once = turns.flatMap(({ steps }) => emission.of(steps))
      const again = groupsOf(once).flatMap((group, index, groups) => {
        const earlier = groups[Math.floor(random() * (index + 1))]!.filter(({ _tag }) => _tag === "Record")
        return random() < 0.3 && earlier.at(-1)?.last === true ? [...group, ...earlier] : group
      })
      expect(again.length).toBeGreaterThan(once.length)
      const texts = (envelopes: typeof once) => new ProcessorRun(dedupe()).turn(envelopes, 0).map(({ text }) => text)
      expect(texts(again)).toEqual(texts(once))
    })
  })
})
