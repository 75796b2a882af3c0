import { describe, expect, it } from "vitest"
import {
  dueAt,
  onResume,
  onStall,
  onStop,
  onTime,
  onTurn,
  openWatch,
  type Watch,
  type WatchDecision,
} from "../../src/session/Watch.ts"

/** A connection that opened at 0 and got its first frame. */
const open = (canPing = true): Watch => onTurn(openWatch(0, canPing), 0, 1, undefined).watch
const noticesOf = ({ before, after }: WatchDecision): ReadonlyArray<string> =>
  [...before, ...after].map(({ _tag, at }) => `${_tag} ${at}`)

describe("silence", () => {
  it("ends a connection without a frame within 10 s", () => {
    const watch = openWatch(0, true)
    expect(dueAt(watch)).toBe(10_000)
    expect(onTime(watch, 9999, 0).end).toBeUndefined()
    expect(onTime(watch, 10_000, 0).end).toEqual({ kind: "silent", detail: "nothing within 10 s of connecting" })
  })

  it("is reported at 25 s without any frame, and ends with the next", () => {
    const quiet = onTime(open(false), 24_999, undefined)
    expect(noticesOf(quiet)).toEqual([])
    expect(dueAt(quiet.watch)).toBe(25_000)
    const silent = onTime(quiet.watch, 25_000, undefined)
    expect(noticesOf(silent)).toEqual(["Silent 25000"])
    expect(noticesOf(onTime(silent.watch, 26_000, undefined))).toEqual([])
    expect(noticesOf(onTurn(silent.watch, 27_000, 1, undefined))).toEqual(["Heard 27000"])
  })

  it("is reported once, when frames come that count as old", () => {
    let watch = onTime(onStop(open(), 1000), 2000, 0).watch
    watch = onTime(onResume(watch, 3000).watch, 28_000, 5000).watch
    expect(watch.silent).toBe(true)
    watch = onTurn(watch, 29_000, 1, undefined).watch
    expect(noticesOf(onTime(watch, 54_500, 10_000))).toEqual([])
  })

  it("ends the connection at 45 s", () => {
    const silent = onTime(open(false), 25_000, undefined).watch
    expect(dueAt(silent)).toBe(45_000)
    expect(onTime(silent, 44_999, undefined).end).toBeUndefined()
    expect(onTime(silent, 45_000, undefined).end).toEqual({ kind: "silent", detail: "nothing for 45 s" })
  })

  it("does not end a connection on which a large frame is still coming in", () => {
    const silent = onTime(open(false), 25_000, 1000).watch
    const busy = onTime(silent, 40_000, 5_000_000)
    expect(busy.end).toBeUndefined()
    expect(onTime(busy.watch, 49_999, 5_000_000).end).toBeUndefined()
    expect(onTime(busy.watch, 50_000, 5_000_000).end?.kind).toBe("silent")
  })

  it("is not ended by answers to pings alone", () => {
    let watch = open()
    let end: string | undefined
    for (let at = 1000; end === undefined; at += 1000) {
      const verdict = onTime(watch, at, at / 100)
      watch = verdict.ping === undefined ? verdict.watch : onTurn(verdict.watch, at, 0, verdict.ping).watch
      end = verdict.end === undefined ? undefined : `${verdict.end.kind} ${at}`
    }
    expect(end).toBe("silent 45000")
  })
})

describe("pings", () => {
  it("go out every 10 s, one at a time", () => {
    const first = onTime(open(), 10_000, 0)
    expect(first.ping).toBe(1)
    const answered = onTurn(first.watch, 10_100, 0, 1).watch
    expect(dueAt(answered)).toBe(20_000)
    expect(onTime(answered, 19_999, 0).ping).toBeUndefined()
    expect(onTime(answered, 20_000, 0).ping).toBe(2)
  })

  it("without an answer for 10 s end the connection", () => {
    const sent = onTime(open(), 10_000, 0).watch
    expect(dueAt(sent)).toBe(20_000)
    expect(onTime(sent, 19_999, 0).end).toBeUndefined()
    expect(onTime(sent, 20_000, 0).end).toEqual({ kind: "no_pong", detail: "no answer to a ping for 10 s" })
  })

  it("may be answered late while frames come, and the session has a backlog until then", () => {
    let watch = onTime(open(), 10_000, 0).watch
    const notices: Array<string> = []
    for (let at = 11_000; at <= 22_000; at += 1000) {
      const turn = onTurn(watch, at, 5, undefined)
      const verdict = onTime(turn.watch, at, at)
      expect(verdict.end).toBeUndefined()
      notices.push(...noticesOf(turn), ...noticesOf(verdict))
      watch = verdict.watch
    }
    expect(notices).toEqual(["Paused 15000", "Resumed 20000"])
    // So late an answer says that what comes with it is late as well: another is asked for.
    const late = onTurn(watch, 22_500, 1, 1)
    expect(noticesOf(late)).toEqual([])
    expect(late.ping).toBe(3)
    expect(noticesOf(onTurn(late.watch, 22_600, 1, 3))).toEqual(["Heard 22600"])
  })

  it("that are overdue make the frames old, and do not end silence", () => {
    let watch = onTurn(onTime(onTurn(open(), 9000, 1, undefined).watch, 10_000, 0).watch, 10_050, 0, 1).watch
    watch = onTime(watch, 20_000, 0).watch
    watch = onTurn(watch, 20_050, 1, 2).watch
    watch = onTime(watch, 30_000, 0).watch
    const silent = onTime(watch, 45_050, 3000)
    expect(noticesOf(silent)).toEqual(["Silent 45050"])
    const turn = onTurn(silent.watch, 45_060, 100, undefined)
    expect(noticesOf(turn)).toEqual(["Paused 45060"])
    expect(noticesOf(onTurn(turn.watch, 45_100, 1, silent.watch.pings.at(-1)!.number))).toEqual([
      "Resumed 45100",
      "Heard 45100",
    ])
  })

  it("continue while answers are missing: the next answer makes up for a lost one", () => {
    let watch = onTime(open(), 10_000, 0).watch
    const pings: Array<string> = []
    for (let at = 11_000; at <= 30_000; at += 1000) {
      const verdict = onTime(onTurn(watch, at, 1, undefined).watch, at, at)
      if (verdict.ping !== undefined) pings.push(`${verdict.ping} ${at}`)
      watch = verdict.watch
    }
    expect(pings).toEqual(["2 20000", "3 30000"])
    expect(noticesOf(onTurn(watch, 30_100, 1, 3))).toEqual(["Heard 30100"])
  })
})

describe("a pause", () => {
  it("of less than a second is not reported", () => {
    const stopped = onStop(open(), 1000)
    expect(dueAt(stopped)).toBe(2000)
    const resumed = onResume(onTime(stopped, 1999, 0).watch, 1999)
    expect(noticesOf(resumed)).toEqual([])
    expect(resumed.ping).toBe(1)
    expect(noticesOf(onTurn(resumed.watch, 2010, 3, 1))).toEqual([])
  })

  it("is reported with its start, and ends with the answer to a ping sent when reading resumes", () => {
    const paused = onTime(onStop(open(), 1000), 2000, 0)
    expect(noticesOf(paused)).toEqual(["Paused 1000"])
    const resumed = onResume(paused.watch, 9000)
    expect(noticesOf(resumed)).toEqual(["Resumed 9000"])
    expect(resumed.ping).toBe(1)
    const old = onTurn(resumed.watch, 9001, 50, undefined)
    expect(noticesOf(old)).toEqual([])
    expect(noticesOf(onTurn(old.watch, 9200, 2, 1))).toEqual(["Heard 9200"])
  })

  it("too short to make data stale ends with the answer to the ping", () => {
    const paused = onTime(onStop(open(), 1000), 2000, 0)
    const resumed = onResume(paused.watch, 3000)
    expect(noticesOf(resumed)).toEqual([])
    expect(noticesOf(onTurn(resumed.watch, 3100, 9, 1))).toEqual(["Resumed 3100", "Heard 3100"])
  })

  it("made of many short ones is reported until a ping proves that the backlog has ended", () => {
    let watch = open()
    const notices: Array<string> = []
    for (let at = 0; at < 8000; at += 500) {
      watch = onStop(watch, at)
      const resumed = onResume(watch, at + 400)
      const later = onTime(resumed.watch, at + 450, 0)
      notices.push(...noticesOf(resumed), ...noticesOf(later))
      watch = onTurn(later.watch, at + 450, 100, undefined).watch
    }
    expect(notices).toEqual(["Paused 1450", "Resumed 6450"])
    expect(noticesOf(onTurn(watch, 8000, 1, watch.behind!.probe!.number))).toEqual(["Heard 8000"])
  })

  it("does not count as silence, nor as a missing answer", () => {
    const pinged = onTime(open(), 10_000, 0).watch
    const paused = onTime(onStop(pinged, 11_000), 12_000, 0).watch
    expect(onTime(paused, 40_000, 0)).toMatchObject({ end: undefined, before: [] })
    const resumed = onResume(paused, 40_000).watch
    expect(noticesOf(onTime(resumed, 41_000, 0))).toEqual([])
    expect(noticesOf(onTime(onTurn(resumed, 40_001, 0, 2).watch, 54_000, 0))).toEqual(["Silent 54000"])
  })

  it("ends the connection at 30 s", () => {
    const paused = onTime(onStop(open(), 1000), 2000, 0).watch
    expect(dueAt(paused)).toBe(31_000)
    expect(onTime(paused, 30_999, 0).end).toBeUndefined()
    expect(onTime(paused, 31_000, 0).end).toEqual({ kind: "slow_reader", detail: "not read for 30 s" })
  })

  it("too short to be reported leaves no backlog on a transport without pings", () => {
    const resumed = onResume(onStop(open(false), 1000), 1000)
    expect(noticesOf(onTime(resumed.watch, 12_000, undefined))).toEqual([])
  })

  it("without pings ends with the first turn read after it", () => {
    const paused = onTime(onStop(open(false), 1000), 2000, undefined).watch
    const resumed = onResume(paused, 8000)
    expect(noticesOf(resumed)).toEqual(["Resumed 8000"])
    expect(noticesOf(onTurn(resumed.watch, 8001, 4, undefined))).toEqual(["Heard 8001"])
  })
})

describe("a time in which nothing ran", () => {
  it("without pings ends a second later, because frames that waited outside come one by one", () => {
    const stalled = onStall(onTurn(open(false), 1000, 1, undefined).watch, 2000, 22_000)
    expect(noticesOf(stalled)).toEqual(["Paused 2000", "Resumed 22000"])
    let watch = stalled.watch
    for (let at = 22_001; at < 22_010; at++) {
      const turn = onTurn(watch, at, 1, undefined)
      expect(noticesOf(turn)).toEqual([])
      watch = turn.watch
    }
    expect(dueAt(watch)).toBe(23_000)
    const over = onTime(watch, 23_000, undefined)
    expect(noticesOf(over)).toEqual(["Heard 23000"])
    expect(over.watch.behind).toBeUndefined()
  })

  it("counts as a pause", () => {
    const stalled = onStall(open(), 1000, 9000)
    expect(noticesOf(stalled)).toEqual(["Paused 1000", "Resumed 9000"])
    expect(stalled.ping).toBe(1)
    expect(noticesOf(onTurn(stalled.watch, 9100, 3, 1))).toEqual(["Heard 9100"])
  })

  it("in a reported pause is not reported again", () => {
    const paused = onTime(onStop(open(), 1000), 2000, 0)
    const resumed = onResume(paused.watch, 3000).watch
    expect(noticesOf(onStall(resumed, 3500, 33_500))).toEqual([])
  })

  it("while reading is stopped is reported with the time of the stop", () => {
    expect(noticesOf(onStall(onStop(open(), 1000), 1500, 4000))).toEqual(["Paused 1000"])
    expect(onStall(onStop(open(), 1000), 1500, 31_000).end).toEqual({
      kind: "slow_reader",
      detail: "not read for 30 s",
    })
  })

  it("of 30 s ends the connection", () => {
    expect(onStall(open(), 1000, 31_000)).toMatchObject({
      before: [{ _tag: "Paused", at: 1000 }],
      end: { kind: "slow_reader", detail: "not read for 30 s" },
    })
  })
})
