import { type Change, type Control, emptyBook, fold, Follower, isLive } from "@boltodds/protocol"
import { apply, make } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { scenario } from "../../state/test/scenario.ts"

const clock = "2026-07-16T00:00:00.000Z"
const records: ReadonlyArray<Change | Control> = apply(make({ run: "01J00000000000000000000001" }), scenario(1).events)
  .steps.flatMap((step) => step.records)

/** A reader of a log that ends with the record before `from`, and goes on with the others. */
const read = (from: number, missing: (sequence: number) => boolean = () => false) => {
  const follower = new Follower({ origin: "nats:odds", isLog: true, staleMillis: 25_000 })
  follower.join(from, 0)
  const given: Array<Change | Control> = []
  let live = 0
  for (const [index, record] of records.entries()) {
    if (missing(index + 1)) continue
    follower.take({ record, sequence: index + 1 }, index)
    given.push(...follower.give(index, clock))
    const book = fold(emptyBook, given)
    for (const game of book.games.values()) {
      for (const line of game.lines.values()) if (isLive(book, game, line)) live++
    }
  }
  return { given, live, ofWriter: given.filter(({ origin }) => origin === undefined) }
}

const kindsOf = (given: ReadonlyArray<Change | Control>) =>
  given.filter(({ origin }) => origin !== undefined).map((record) => "control" in record ? record.control : "")

describe("a reader of a log", () => {
  it("gets each record, in order", () => {
    const { ofWriter, live, given } = read(0)
    expect(ofWriter).toEqual(records)
    expect(kindsOf(given)).toEqual([])
    expect(live).toBeGreaterThan(0)
  })

  it("has nothing live until it has read what was written before it joined", () => {
    const { ofWriter, live, given } = read(records.length)
    expect(ofWriter).toEqual(records)
    expect(new Set(kindsOf(given))).toEqual(new Set(["stale"]))
    expect(live).toBe(0)
  })

  it("has nothing live where the log begins within a run", () => {
    const { ofWriter, live, given } = read(0, (sequence) => sequence < 40)
    expect(ofWriter).toEqual(records.slice(39))
    expect(kindsOf(given)[0]).toBe("dropped")
    expect(live).toBe(0)
  })

  it("has nothing live after a hole", () => {
    const { ofWriter, given } = read(0, (sequence) => sequence === 40)
    expect(ofWriter).toHaveLength(records.length - 1)
    const at = given.findIndex((record) => "control" in record && record.control === "dropped")
    expect(given[at]).toMatchObject({ origin: "nats:odds", reason: "the log does not have what came before" })
    expect(given[at + 1]).toEqual(records[40])
    const book = fold(emptyBook, given)
    const lines = [...book.games.values()].flatMap((game) => [...game.lines.values()].map((line) => ({ game, line })))
    expect(lines.filter(({ game, line }) => isLive(book, game, line))).toEqual([])
  })
})
