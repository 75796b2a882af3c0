import { type Book, emptyBook, type FeedEvent, fold, makeFrame } from "@boltodds/protocol"
import { apply, book, make, snapshot, thaw } from "@boltodds/state"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const samples = fileURLToPath(new URL("../../../../shared/samples/", import.meta.url))
const there = existsSync(samples)

const priced = (book: Book): Record<string, number> => {
  const prices: Record<string, number> = {}
  for (const game of book.games.values()) {
    for (const line of game.lines.values()) {
      if (line.odds !== null) prices[`${game.sportsbook}|${game.game}|${line.outcome}`] = line.odds
    }
  }
  return prices
}

describe.skipIf(!there)("a day of real baseball odds (needs the samples folder)", () => {
  const lines = there
    ? gunzipSync(readFileSync(samples + "mlb-2026-07-16.trace.ndjson.gz")).toString().trim().split("\n")
    : []
  const frames = lines.map((line) => JSON.parse(line) as { t: number; frame: unknown })
  const start = Date.UTC(2026, 6, 16, 4)
  const expected = there
    ? Object.fromEntries(
      Object.entries(
        (JSON.parse(readFileSync(samples + "mlb-2026-07-16.book.json", "utf8")) as {
          book: Record<string, string>
        }).book,
      ).map(([key, odds]) => [key, Number(odds)]),
    )
    : {}
  const connected: ReadonlyArray<FeedEvent> = [
    { _tag: "Connected", session: "main", epoch: 1, at: start, plan: "Pro" },
    { _tag: "Subscribed", session: "main", epoch: 1, at: start, filters: {} },
  ]
  const events: ReadonlyArray<FeedEvent> = [
    ...connected,
    ...frames.map(({ t, frame }) => makeFrame("main", 1, start + t, JSON.stringify(frame))),
  ]

  it("ends in exactly the book that must stand", () => {
    const { state, steps } = apply(make({ run: "R" }), events)
    expect(priced(book(state))).toEqual(expected)
    expect(priced(fold(emptyBook, steps.flatMap((step) => step.records)))).toEqual(expected)
    expect(fold(emptyBook, snapshot(state))).toEqual(book(state))
  })

  it("ends in the same book when the frames are bytes", () => {
    const draft = thaw(make({ run: "R" }))
    draft.apply(connected)
    for (const { t, frame } of frames) {
      draft.apply([makeFrame("main", 1, start + t, new TextEncoder().encode(JSON.stringify(frame)))])
    }
    expect(priced(book(draft.seal()))).toEqual(expected)
  })
})
