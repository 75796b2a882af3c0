import { messages, quotes } from "@boltodds/pipeline"
import { apply, make } from "@boltodds/state"
import { type Cell, emitOfRecord, type Row, type Table, tableOf, tables } from "@boltodds/tables"
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { recordsOf } from "@boltodds/testing/storeBench"
import { describe, expect, it } from "vitest"
import { scenario } from "../../state/test/scenario.ts"

const changes = tableOf("changes")!

/** The cells of a row that are not null. */
const cellsOf = (table: Table, row: Row | undefined): Record<string, Cell> =>
  Object.fromEntries(
    (row ?? []).flatMap((cell, index) => cell === null ? [] : [[table.columns[index]!.name, cell] as const]),
  )

describe("a row of changes", () => {
  it("has a line change in its columns", () => {
    const record = lineChange({ seq: 7, last: true, line_split: [-1.5, -2], unverified: true, late: true })
    expect(cellsOf(changes, changes.rowOf(record))).toEqual({
      received_at: Date.UTC(2026, 6, 16, 4, 54, 37, 438),
      sent_at: Date.UTC(2026, 6, 16, 4, 54, 37, 438) + 0.001,
      run: record.run,
      seq: 7,
      part: 0,
      session_name: "main",
      epoch: 1,
      frame: 1,
      kind: "line_moved",
      is_control: false,
      cause: "feed",
      sport: "MLB",
      sportsbook: "fanduel",
      game: record.game,
      universal_game_id: "1e1f1b8dc2ec",
      book_game_id: "31584696",
      home_team: "Springfield Comets",
      away_team: "Shelbyville Hounds",
      starts_at: Date.UTC(2026, 6, 16, 23, 10),
      outcome: "Springfield Comets -1.5 Spread",
      market: "Spread",
      target: "Springfield Comets",
      target_kind: "home",
      line: -1.5,
      is_line_derived: false,
      line_split: "[-1.5,-2]",
      odds: -110,
      previous_odds: -115,
      previous_line: -1.5,
      is_late: true,
      is_unverified: true,
      is_last: true,
    })
  })

  it("has a control with its kind, and in details what has no column", () => {
    const stamp = {
      run: "01",
      seq: 3,
      session: "main",
      epoch: 1,
      at: "2026-07-16T04:54:37.438Z",
      sent_at: null,
      frame: null,
    }
    const control = {
      control: "gap_closed",
      ...stamp,
      duration_ms: 1500,
      games: 3,
      changed: 2,
      absent: 0,
      unverified: 1,
    }
    expect(cellsOf(changes, changes.rowOf({ ...control, sportsbooks_missing: ["betmgm"], complete: false }))).toEqual({
      received_at: Date.UTC(2026, 6, 16, 4, 54, 37, 438),
      run: "01",
      seq: 3,
      part: 0,
      session_name: "main",
      epoch: 1,
      kind: "gap_closed",
      is_control: true,
      games: 3,
      duration_ms: 1500,
      is_complete: false,
      details: '{"changed":2,"absent":0,"unverified":1,"sportsbooks_missing":["betmgm"]}',
    })
  })

  it("keeps what its columns cannot hold, and fields of a later version, in details", () => {
    const record = { ...gameChange(), seq: 1.5, sent_at: "yesterday", odds: Infinity, home_team: 7, new_field: [1] }
    const cells = cellsOf(changes, changes.rowOf(record))
    expect(cells).not.toHaveProperty("seq")
    expect(JSON.parse(String(cells["details"]))).toEqual({
      seq: 1.5,
      sent_at: "yesterday",
      odds: null,
      home_team: 7,
      new_field: [1],
    })
  })

  it("says of every record of a feed all that it says", () => {
    for (const record of recordsOf(3)) {
      const cells = cellsOf(changes, changes.rowOf(record))
      const details = JSON.parse(String(cells["details"] ?? "{}"))
      const held = Object.keys(cells).length - Number("details" in cells) - 1 + Object.keys(details).length
      const said = Object.values({ part: 0, ...record }).filter((value) => value !== null && value !== undefined)
      expect([record, held]).toEqual([record, said.length])
    }
  })
})

describe("rows of other emits", () => {
  const steps = apply(make({ run: "01J00000000000000000000001" }), scenario(2).events).steps
  const texts = (emit: ReturnType<typeof messages> | ReturnType<typeof quotes>) =>
    emit.open({ state: { run: "01J00000000000000000000001" } }).of(steps)

  it("have a message whole, with its names, and the time of a control as ours", () => {
    const table = tableOf("messages")!
    for (const meta of [false, true]) {
      for (const envelope of texts(messages({ meta }))) {
        const cells = cellsOf(table, table.rowOf(JSON.parse(envelope.text), envelope))
        const message = meta ? JSON.parse(envelope.text).message : JSON.parse(envelope.text)
        expect(JSON.parse(String(cells["body"]))).toEqual(message)
        expect(cells["message_action"]).toBe(message.action)
        expect(cells["seq"]).toBe(envelope.seq)
        expect(cells["received_at"]).toBe(envelope.at)
        expect("sent_at" in cells).toBe(envelope._tag === "Record" && "timestamp" in message)
      }
    }
  })

  it("have no controls among quotes", () => {
    const table = tableOf("quotes")!
    const envelopes = texts(quotes())
    const rows = envelopes.flatMap((envelope) => table.rowOf(JSON.parse(envelope.text), envelope) ?? [])
    expect(rows.length / table.columns.length).toBe(envelopes.filter(({ _tag }) => _tag === "Record").length)
    expect(envelopes.some(({ _tag }) => _tag === "Control")).toBe(true)
  })

  it("are known by their fields", () => {
    expect(texts(messages()).map(({ text }) => emitOfRecord(JSON.parse(text)))).toSatisfy((emits: Array<string>) =>
      emits.every((emit) => emit === "messages")
    )
    expect(new Set(texts(quotes()).map(({ text }) => emitOfRecord(JSON.parse(text))))).toEqual(
      new Set(["control", "quotes"]),
    )
    expect(emitOfRecord(lineChange())).toBe("changes")
    expect(emitOfRecord({ boltodds_recording: 1 })).toBe(undefined)
    expect(emitOfRecord(null)).toBe(undefined)
  })
})

describe("a table", () => {
  it("has each column once, and one type and description for it in all tables", () => {
    for (const { columns } of tables) expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length)
    const all = tables.flatMap(({ columns }) => columns)
    for (const column of all) expect(column).toEqual(all.find(({ name }) => name === column.name))
  })
})
