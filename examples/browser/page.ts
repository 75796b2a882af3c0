/** What a page needs to hold a book: from a recording, or from the live feed through the browser's own WebSocket. */
import { connect, webTransport } from "@boltodds/connection"
import {
  type Book,
  type Change,
  type Control,
  decodeEvent,
  decodeRecordingHeader,
  encodeRecord,
  type FeedEvent,
} from "@boltodds/protocol"
import { book, make, type StateOptions, thaw } from "@boltodds/state"
import * as Result from "effect/Result"

/** A recording, folded: what came out on the way, as lines, and the book at the end. */
export const replay = (recording: string): { readonly records: string; readonly book: Book } => {
  const [first = "", ...lines] = recording.trimEnd().split("\n")
  const { run, options } = Result.getOrThrow(decodeRecordingHeader(first))
  const draft = thaw(make({ ...options as Partial<StateOptions>, run }))
  const records: Array<string> = []
  for (const line of lines) {
    for (const step of draft.apply([Result.getOrThrow(decodeEvent(line))])) {
      records.push(...step.records.map((record) => encodeRecord(record)))
    }
  }
  return { records: records.join("\n"), book: book(draft.seal()) }
}

/** The live feed, until `isOver` says so; the book at that moment. Calls back for each record. */
export const watch = async (
  feed: { readonly url: string; readonly key: string; readonly options: StateOptions },
  onRecord: (record: Change | Control) => void,
  isOver: (event: FeedEvent) => boolean,
): Promise<Book> => {
  const draft = thaw(make(feed.options))
  for await (const event of connect({ url: feed.url, key: feed.key, transport: webTransport() })) {
    for (const { records } of draft.apply([event])) records.forEach(onRecord)
    if (isOver(event)) break
  }
  return book(draft.seal())
}

/** A book as text that two runtimes can compare. */
export const textOf = ({ games, staleSessions, staleBooks }: Book): string =>
  JSON.stringify({
    games: [...games].map(([id, game]) => [id, { ...game, lines: [...game.lines] }]),
    staleSessions: [...staleSessions],
    staleBooks: [...staleBooks],
  })
