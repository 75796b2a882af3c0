import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Change, type Control, encodeRecord, type LineChange } from "../src/index.ts"
import { gameChange, lineChange } from "@boltodds/testing/changes"

const text = fc.oneof(
  fc.constantFrom("MLB", 'a "quoted" name', "back\\slash", "tab\tand\nline", "\u0000", "\ud800", "é\u2028😀", ""),
  fc.string({ unit: "binary" }),
)
const orNull = <A>(value: fc.Arbitrary<A>) => fc.option(value, { nil: null })
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const yes = fc.constant(true as const)

/** Every field in the order of the interface, optional ones there or not. */
const line: fc.Arbitrary<LineChange> = fc.record({
  change: fc.constantFrom("line_opened", "line_moved", "line_closed"),
  run: fc.oneof(fc.constant("01K0A2B3C4D5E6F7G8H9JKMNPQ"), text),
  seq: fc.nat(),
  part: fc.constantFrom(0, 0, 1, 2032),
  origin: fc.oneof(fc.constant("hook.1"), text),
  session: text,
  epoch: fc.nat(),
  at: fc.oneof(fc.constant("2026-07-16T04:54:37.438Z"), text),
  sent_at: orNull(text),
  frame: orNull(fc.nat()),
  last: yes,
  delayed: yes,
  cause: fc.constantFrom("feed", "resync", "unreadable"),
  sport: text,
  sportsbook: fc.constantFrom("fanduel", "betmgm", 'b"'),
  game: fc.constantFrom("A vs B", "C vs D", "\\"),
  universal_game_id: orNull(text),
  book_game_id: orNull(fc.constantFrom("1", "2")),
  home_team: orNull(fc.constantFrom("A", "C")),
  away_team: orNull(fc.constantFrom("B", "D")),
  starts_at: orNull(fc.constantFrom("2026-07-16T23:10:00.000Z", "later")),
  merged: fc.nat(),
  unverified: yes,
  outcome: fc.oneof(fc.constantFrom("x", "y"), text),
  market: orNull(fc.constantFrom("Spread", "Total")),
  target: orNull(text),
  target_kind: orNull(fc.constantFrom("home" as const, "draw" as const)),
  side: orNull(fc.constantFrom("over" as const, "under" as const)),
  line: orNull(finite),
  line_derived: fc.boolean(),
  odds: orNull(finite),
  link: orNull(text),
  previous_odds: orNull(finite),
  previous_line: orNull(finite),
  late: yes,
  line_split: fc.tuple(finite, finite),
  market_raw: text,
  target_raw: text,
  side_raw: text,
  line_raw: text,
}, {
  requiredKeys: [
    "change",
    "run",
    "seq",
    "part",
    "session",
    "epoch",
    "at",
    "sent_at",
    "frame",
    "cause",
    "sport",
    "sportsbook",
    "game",
    "universal_game_id",
    "book_game_id",
    "home_team",
    "away_team",
    "starts_at",
    "outcome",
    "market",
    "target",
    "target_kind",
    "side",
    "line",
    "line_derived",
    "odds",
    "link",
    "previous_odds",
    "previous_line",
  ] as Array<never>,
}) as unknown as fc.Arbitrary<LineChange>

/** fast-check makes optional keys last: this puts them where the interface has them. */
const order = Object.keys(lineChange({
  origin: "hook.1",
  last: true,
  delayed: true,
  merged: 2,
  unverified: true,
  late: true,
  line_split: [2.5, 3],
  market_raw: "",
  target_raw: "",
  side_raw: "",
  line_raw: "",
}))
const inOrder = (record: LineChange): LineChange =>
  Object.fromEntries(
    order.flatMap((key) => key in record ? [[key, record[key as keyof LineChange]]] : []),
  ) as unknown as LineChange

const reversed = (record: object): LineChange =>
  Object.fromEntries(Object.entries(record).toReversed()) as unknown as LineChange

describe("encodeRecord", () => {
  it("writes a line change as JSON.stringify does, byte for byte, when its fields stand in order", () => {
    fc.assert(fc.property(line, (record) => encodeRecord(inOrder(record)) === JSON.stringify(inOrder(record))), {
      numRuns: 2000,
    })
  })

  it("gives the same bytes whatever order the fields were made in", () => {
    fc.assert(
      fc.property(line, (record) => encodeRecord(reversed(record)) === encodeRecord(inOrder(record))),
      { numRuns: 500 },
    )
    const opened = gameChange({ change: "game_opened", last: true, reset: true })
    expect(encodeRecord(reversed(opened) as Change)).toBe(encodeRecord(opened))
  })

  it("writes one record after another as if each were alone", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (records) => {
        for (const record of [...records, ...records]) {
          expect(JSON.parse(encodeRecord(record))).toEqual(JSON.parse(JSON.stringify(record)))
        }
      }),
      { numRuns: 200 },
    )
  })

  it("says the same as JSON.stringify when fields are of other types, missing, or more", () => {
    const others = fc.dictionary(
      fc.oneof(fc.constantFrom(...order), fc.constantFrom("fair_odds", "__proto__"), fc.string()),
      fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, NaN, Infinity, -0, false)),
      { maxKeys: 3 },
    )
    fc.assert(
      fc.property(line, others, (record, fields) => {
        const made = { ...record, ...fields } as LineChange
        expect(JSON.parse(encodeRecord(made))).toEqual(JSON.parse(JSON.stringify(made)))
      }),
      { numRuns: 2000 },
    )
  })

  it("keeps a processor's own fields, after the record's", () => {
    const written = encodeRecord({ ...lineChange(), fair_odds: -104 } as LineChange)
    expect(written).toBe(encodeRecord(lineChange()).slice(0, -1) + ',"fair_odds":-104}')
  })

  it("writes controls and game changes", () => {
    const stamp = {
      run: "r",
      seq: 1,
      part: 0,
      session: "main",
      epoch: 1,
      at: "2026-07-16T04:54:37.438Z",
      sent_at: null,
      frame: null,
    }
    const control: Control = { control: "fresh", ...stamp, sportsbook: 'a"b' }
    expect(encodeRecord(control)).toBe(JSON.stringify(control))
    expect(encodeRecord(gameChange())).toBe(JSON.stringify(gameChange()))
  })

  it("writes the part of a record that has none as 0, after its seq", () => {
    const without = <A extends Change | Control>({ part: _, ...record }: A): A => record as unknown as A
    const control: Control = {
      control: "fresh",
      run: "r",
      seq: 1,
      part: 0,
      session: "s",
      epoch: 1,
      at: "",
      sent_at: null,
      frame: null,
      sportsbook: null,
    }
    for (const record of [control, gameChange(), lineChange()]) {
      expect(encodeRecord(without(record))).toBe(JSON.stringify(record))
    }
  })

  it("puts optional fields in their places where the record has them after all others", () => {
    const optional = new Set(["origin", "last", "delayed", "merged", "unverified", "late", "line_split", "side_raw"])
    const tailed = (record: object): LineChange => {
      const entries = Object.entries(inOrder(record as LineChange))
      const isOptional = ([field]: readonly [string, unknown]): boolean => optional.has(field)
      const last = entries.filter(isOptional).toReversed()
      return Object.fromEntries([...entries.filter((entry) => !isOptional(entry)), ...last]) as unknown as LineChange
    }
    fc.assert(fc.property(line, (record) => encodeRecord(tailed(record)) === JSON.stringify(inOrder(record))), {
      numRuns: 2000,
    })
  })
})
