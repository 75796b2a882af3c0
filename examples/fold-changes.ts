/**
 * A book in another process: `boltodds-pipe --emit changes | node examples/fold-changes.ts`.
 *
 * Reads records, folds them, and after each group says how many lines are live and how many are unverified.
 */
import { emptyBook, fold, isLive, type StreamRecord } from "@boltodds/protocol"
import { readLines } from "@boltodds/text"

let book = emptyBook
let group: Array<StreamRecord> = []
let printed = ""

for await (const line of readLines(process.stdin)) {
  const record = JSON.parse(line) as StreamRecord
  group.push(record)
  // A frame's records belong together: only after the last of them is the book what the feed meant.
  if (record.last !== true) continue
  book = fold(book, group)
  group = []
  let live = 0
  let unverified = 0
  for (const game of book.games.values()) {
    for (const line of game.lines.values()) {
      if (isLive(book, game, line)) live++
      else unverified++
    }
  }
  const now = `${live} live, ${unverified} unverified`
  if (now !== printed) console.log(now)
  printed = now
}
