/** What a reader of a store is given, and when: the time is given, too. */
import { type Book, type Change, type Control, emptyBook, fold, Follower, isLive } from "@boltodds/protocol"
import { gameChange, lineChange, streamStarted } from "@boltodds/testing/changes"
import { describe, expect, it } from "vitest"

const clock = "2026-07-16T00:00:00.000Z"

/** When what was given of records that come every 300 ms, of which none ends its group. */
const read = (isLog: boolean, mayLackEnds: boolean) => {
  const follower = new Follower({ origin: "redis:odds", isLog, staleMillis: 25_000, mayLackEnds })
  follower.join(0, 0)
  const given: Array<{ readonly at: number; readonly record: Change | Control }> = []
  for (let sequence = 1; sequence <= 20; sequence++) {
    const now = 300 * sequence
    const record = lineChange({ seq: sequence, outcome: `outcome ${sequence}` })
    follower.take({ record, sequence }, now)
    for (const each of follower.give(now, clock)) given.push({ at: now, record: each })
  }
  return given.filter(({ record }) => record.origin === undefined)
}

describe.each([true, false])("a reader, of a log: %s", (isLog) => {
  it("waits for the end of a group that may be missing for a second, however many records come meanwhile", () => {
    const given = read(isLog, true)
    expect(given.length).toBeGreaterThanOrEqual(16)
    for (const { at, record } of given) expect(at - 300 * record.seq).toBeLessThanOrEqual(1_200)
    // Until then, it waits.
    expect(given[0]).toMatchObject({ at: 1_500, record: { seq: 1 } })
  })

  it("waits for the end of a group that comes", () => {
    expect(read(isLog, false)).toEqual([])
  })
})

const [run, later] = ["01J0000000000000000000000A", "01J0000000000000000000000B"]

/** A reader, and what it has. */
const reading = (isLog: boolean) => {
  const follower = new Follower({ origin: "nats:odds", isLog, staleMillis: 25_000 })
  let sequence = 0
  let book: Book = emptyBook
  const controls: Array<string> = []
  return {
    follower,
    /** Takes these, and gives what there is; a text is no record. */
    take: (...records: ReadonlyArray<Change | Control | string>) => {
      for (const record of records) {
        sequence += 1
        if (typeof record === "string") follower.reject(sequence, sequence)
        else follower.take({ record, sequence }, sequence)
      }
      follower.reached(sequence, sequence)
      const given = follower.give(sequence, clock)
      book = fold(book, given)
      for (const record of given) {
        if (record.origin !== undefined && "control" in record) controls.push(record.control)
      }
    },
    get live() {
      return [...book.games.values()].flatMap((game) =>
        [...game.lines.values()].filter((line) => isLive(book, game, line)).map(({ outcome }) => outcome)
      )
    },
    get lossy() {
      return book.lossy
    },
    controls,
  }
}

const opened = (of: string, seq: number, outcome: string) => [
  gameChange({ change: "game_opened", run: of, seq }),
  lineChange({ change: "line_opened", run: of, seq: seq + 1, outcome, last: true }),
]

describe("a reader of the latest records that lack a beginning", () => {
  it("believes none of the lines, where no run begins, until one does", () => {
    const reader = reading(false)
    reader.follower.join(2, 0)
    reader.take(...opened(run, 7, "a"))
    // A record that was written after it joined: the writer lives.
    reader.take(lineChange({ run, seq: 9, outcome: "a", odds: 120, last: true }))
    expect(reader.lossy).toBe(true)
    expect(reader.live).toEqual([])
    expect(reader.controls).toContain("dropped")
    reader.take(streamStarted({ run: later }), ...opened(later, 1, "a"))
    expect(reader.live).toEqual(["a"])
  })

  it("believes none, where they are of another run than the one that begins", () => {
    const reader = reading(false)
    reader.follower.join(4, 0)
    reader.take(streamStarted({ run }), ...opened(later, 7, "a"), lineChange({ run: later, seq: 9, last: true }))
    reader.take(lineChange({ run: later, seq: 10, outcome: "a", last: true }))
    expect(reader.lossy).toBe(true)
    expect(reader.live).toEqual([])
  })

  it("believes none, where the stream was empty when it joined", () => {
    const reader = reading(false)
    reader.follower.join(0, 0)
    reader.take(...opened(run, 7, "a"))
    expect(reader.controls).toEqual(["dropped"])
    expect(reader.live).toEqual([])
  })

  it("believes all lines of a run that resumes the one that begins", () => {
    const reader = reading(false)
    reader.follower.join(0, 0)
    const { control: _, ...stamp } = streamStarted({ run: later, seq: 1 })
    reader.take(streamStarted({ run }), ...opened(run, 1, "a"))
    reader.take({ control: "stream_resumed", ...stamp, resumes: run }, ...opened(later, 2, "b"))
    expect(reader.controls).toEqual([])
    expect(reader.lossy).toBe(false)
    expect(reader.live).toEqual(["b"])
  })
})

describe.each([true, false])("a reader of a message that is no record, of a log: %s", (isLog) => {
  it("believes nothing until all begins anew: a closing may have been lost", () => {
    const reader = reading(isLog)
    reader.follower.join(0, 0)
    reader.take(streamStarted({ run }), ...opened(run, 1, "a"))
    expect(reader.live).toEqual(["a"])
    reader.take("hello")
    expect(reader.live).toEqual([])
    // What verifies a game does not say that each of its lines is still there.
    const { control: _, schema_version: _v, filters: _f, ...stamp } = streamStarted({ run, seq: 3 })
    const { sport, sportsbook, game } = gameChange()
    reader.take({ control: "game_verified", ...stamp, sport, sportsbook, game, lines: 1, changed: 0, last: true })
    expect(reader.live).toEqual([])
    expect(reader.controls).toEqual(["dropped"])
    reader.take(streamStarted({ run: later }), ...opened(later, 1, "b"))
    expect(reader.live).toEqual(["b"])
  })

  it("gets a dropped for it also where it was the first message", () => {
    const reader = reading(isLog)
    reader.follower.join(0, 0)
    reader.take("hello", ...opened(run, 7, "a"))
    expect(reader.controls).toEqual(["dropped"])
    expect(reader.live).toEqual([])
  })

  it("gets none for it where all begins after it", () => {
    const reader = reading(isLog)
    reader.follower.join(0, 0)
    reader.take("hello", streamStarted({ run }), ...opened(run, 1, "a"))
    expect(reader.live).toEqual(["a"])
    expect(reader.controls).toEqual([])
  })
})

describe("a reader that joins while records are replaced", () => {
  const moved = (seq: number, isLast: boolean) =>
    lineChange({ run, seq, outcome: "a", odds: 120, ...isLast ? { last: true } : {} })

  it("gets nothing before what replaced a record is whole", () => {
    const follower = new Follower({ origin: "redis:odds", isLog: false, staleMillis: 25_000 })
    // The line `a` was written third, and the fourth record replaced it while the others were read.
    const records = [streamStarted({ run }), gameChange({ change: "game_opened", run, seq: 1 })]
    follower.begin({ records, sequence: 3, lastSequence: 4, isWhole: true }, 0)
    expect(follower.give(1, clock)).toEqual([])
    follower.take({ record: moved(3, false), sequence: 4 }, 2)
    expect(follower.give(3, clock)).toEqual([])
    follower.take({ record: lineChange({ run, seq: 4, outcome: "b", last: true }), sequence: 5 }, 4)
    const book = fold(emptyBook, follower.give(5, clock))
    expect([...book.games.values()].flatMap(({ lines }) => [...lines.keys()])).toEqual(["a", "b"])
  })

  it("gets nothing where the last message is the beginning of a large record: that has replaced the one before it", () => {
    const follower = new Follower({ origin: "nats:odds", isLog: false, staleMillis: 25_000 })
    follower.join(4, 0)
    follower.take({ record: streamStarted({ run }), sequence: 1 }, 1)
    follower.take({ record: gameChange({ change: "game_opened", run, seq: 1, last: true }), sequence: 2 }, 1)
    follower.pass(4, 1)
    follower.reached(4, 4)
    expect(follower.give(2, clock)).toEqual([])
    follower.take({ record: moved(3, true), sequence: 5 }, 3)
    follower.reached(5, 5)
    const book = fold(emptyBook, follower.give(4, clock))
    expect([...book.games.values()].flatMap(({ lines }) => [...lines.values()].map(({ odds }) => odds))).toEqual([120])
  })
})
