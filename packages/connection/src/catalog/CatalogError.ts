/** The errors of the catalog, by what to do about them. */
import type { KeyUnavailable } from "../key/Key.ts"

/** The server refuses the key. Check the key and the plan. */
export class CatalogRefused extends Error {
  readonly _tag = "CatalogRefused"
  override readonly name: string = "CatalogRefused"
}

/** The server is busy. Ask again later. */
export class CatalogBusy extends Error {
  readonly _tag = "CatalogBusy"
  override readonly name: string = "CatalogBusy"
  /** How long the server asks to wait, in milliseconds, if it says so. */
  readonly retryAfterMillis: number | undefined
  constructor(message: string, retryAfterMillis: number | undefined) {
    super(message)
    this.retryAfterMillis = retryAfterMillis
  }
}

/** No answer, or a server error. Check the network and the URL, or ask again later. */
export class CatalogUnavailable extends Error {
  readonly _tag = "CatalogUnavailable"
  override readonly name: string = "CatalogUnavailable"
}

/** The answer cannot be read. Check the URL; the format may have changed. */
export class CatalogUnreadable extends Error {
  readonly _tag = "CatalogUnreadable"
  override readonly name: string = "CatalogUnreadable"
}

/** The limiter would have made the request wait for too long. Only in `StoredUse`: a stored answer was used. */
export class CatalogLimited extends Error {
  readonly _tag = "CatalogLimited"
  override readonly name: string = "CatalogLimited"
}

/** The errors of a catalog. */
export type CatalogError =
  | CatalogRefused
  | CatalogBusy
  | CatalogUnavailable
  | CatalogUnreadable
  | KeyUnavailable
