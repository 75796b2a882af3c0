/** What a reader of a store is given, and when: the time is given, too. */
import { type Change, type Control, Follower } from "@boltodds/protocol"
import { lineChange } from "@boltodds/testing/changes"
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
