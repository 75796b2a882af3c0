/** One connection for many readers in one process: a later reader gets the whole book first. */
import { defaultFeedUrl, share } from "@boltodds/connection"
import { connect } from "@boltodds/connection/node"
import { bookView } from "@boltodds/pipeline"
import { emptyBook, fold, isLive, type StreamRecord } from "@boltodds/protocol"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env
const shared = share(connect({ url }).source, {
  view: bookView(() => ({ run: crypto.randomUUID(), settleMillis: 2000 })),
})

/** Folds what it receives until it has read so many groups of records; what it then holds. */
const reader = async (name: string, groups: number): Promise<string> => {
  let book = emptyBook
  let group: Array<StreamRecord> = []
  for await (const record of shared.loop({ name })) {
    group.push(record)
    if (record.last !== true) continue
    book = fold(book, group)
    group = []
    if (--groups === 0) break
  }
  const lines = [...book.games.values()].flatMap((game) =>
    [...game.lines.values()].map((line) => isLive(book, game, line))
  )
  return `${name}: ${lines.filter((live) => live).length} of ${lines.length} lines live`
}

// The first reader has the session dial, and the last that leaves has it hang up.
const first = reader("first", 200)
for await (const record of shared.loop()) {
  if (!("control" in record) || record.control !== "synced") continue
  console.log(await reader("later", 1))
  break
}
console.log(await first)
