/**
 * The book of another process: `boltodds-pipe serve`, and then `node examples/read-served.ts [http://127.0.0.1:7880]`.
 *
 * Says how many lines are live and how many are unverified, and dials again where the connection ends: until it is back none
 * is live.
 */
import { BookFold, isLive } from "@boltodds/protocol"
import { serveRecords } from "@boltodds/serve/reader"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const folding = new BookFold()
let printed = ""
const records = serveRecords({
  url: process.argv[2] ?? "http://127.0.0.1:7880",
  onTrouble: ({ message }) => console.error(message),
})

await Effect.runPromise(Stream.runForEach(records, (group) =>
  Effect.sync(() => {
    folding.add(group)
    const { book } = folding
    const lines = [...book.games.values()].flatMap((game) =>
      [...game.lines.values()].map((line) => isLive(book, game, line))
    )
    const live = lines.filter(Boolean).length
    const now = `${live} live, ${lines.length - live} unverified`
    if (now !== printed) console.log(now)
    printed = now
  })))
