/** The port through which a catalog stores its answers between processes. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import type { CatalogBusy, CatalogLimited, CatalogUnavailable } from "./CatalogError.ts"
import type { KeyAtHost } from "../key/Key.ts"

/** A question to the catalog. */
export interface CatalogQuestion extends KeyAtHost {
  /** `get_info`, `get_games` or `get_markets`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** A stored answer. */
export interface StoredAnswer {
  /** When the server gave it, in wall time. */
  readonly at: Millis
  /** JSON, as the server sent it. Contains no key. */
  readonly body: string
}

/** Stores the newest good answer to each question. Nothing here fails: an answer that cannot be stored or read is lost. */
export interface CatalogStore {
  readonly load: (question: CatalogQuestion) => Effect<StoredAnswer | undefined>
  readonly save: (question: CatalogQuestion, answer: StoredAnswer) => Effect<void>
}

/** A stored answer was used instead of one from the server. */
export interface StoredUse {
  readonly path: string
  /** When the server gave it, in wall time. */
  readonly at: Millis
  /** Its age, in milliseconds. */
  readonly ageMillis: number
  /** Why the server did not answer. */
  readonly why: CatalogBusy | CatalogUnavailable | CatalogLimited
}

/** `from the cache of 3 h ago: feed.example get_info: HTTP 429` */
export const describeStored = ({ ageMillis, why }: StoredUse): string =>
  `from the cache of ${describeAge(ageMillis)} ago: ${why.message}`

/** Describes an age as `40 s`, `12 min`, `3 h` or `2 days`, rounded down. */
export const describeAge = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  const days = Math.floor(seconds / 86_400)
  return days === 1 ? "1 day" : `${days} days`
}
