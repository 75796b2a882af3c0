/** The port through which a catalog keeps its answers beyond the process. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import type { CatalogBusy, CatalogUnavailable } from "./CatalogError.ts"
import type { KeyAtHost } from "../key/Key.ts"

/** A question to the catalog. */
export interface CatalogQuestion extends KeyAtHost {
  /** `get_info`, `get_games` or `get_markets`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** An answer that was kept. */
export interface StoredAnswer {
  /** When it was given, in wall time. */
  readonly at: Millis
  /** JSON, as the server sent it. Holds no key. */
  readonly body: string
}

/** Keeps the newest good answer to each question. Nothing here fails: who cannot keep an answer has none. */
export interface CatalogStore {
  readonly load: (question: CatalogQuestion) => Effect<StoredAnswer | undefined>
  readonly save: (question: CatalogQuestion, answer: StoredAnswer) => Effect<void>
}

/** The limiter would have let the question wait for long. */
export class CatalogLimited extends Error {
  readonly _tag = "CatalogLimited"
  override readonly name: string = "CatalogLimited"
}

/** An answer of the store was used in place of one by the server. */
export interface StoredUse {
  readonly path: string
  /** When the server gave it, in wall time. */
  readonly at: Millis
  /** Its age, in milliseconds. */
  readonly ageMillis: number
  /** Why the server gave none now. */
  readonly why: CatalogBusy | CatalogUnavailable | CatalogLimited
}

/** `from the cache of 3 h ago: feed.example get_info: HTTP 429` */
export const describeStored = ({ ageMillis, why }: StoredUse): string =>
  `from the cache of ${describeAge(ageMillis)} ago: ${why.message}`

/** `40 s`, `12 min`, `3 h`, `2 days`: the largest unit of which there is at least one, rounded down. */
export const describeAge = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  const days = Math.floor(seconds / 86_400)
  return days === 1 ? "1 day" : `${days} days`
}
