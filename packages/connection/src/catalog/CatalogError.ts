/** Why the catalog did not answer, by what can be done about it. */

/** The server refuses the key: check the key and the plan. */
export class CatalogRefused extends Error {
  readonly _tag = "CatalogRefused"
  override readonly name: string = "CatalogRefused"
}

/** The server asks for patience: ask again later. */
export class CatalogBusy extends Error {
  readonly _tag = "CatalogBusy"
  override readonly name: string = "CatalogBusy"
  /** How long, where it said so. */
  readonly retryAfterMillis: number | undefined
  constructor(message: string, retryAfterMillis: number | undefined) {
    super(message)
    this.retryAfterMillis = retryAfterMillis
  }
}

/** No answer, or a failing server: check the network and the URL, or ask again later. */
export class CatalogUnavailable extends Error {
  readonly _tag = "CatalogUnavailable"
  override readonly name: string = "CatalogUnavailable"
}

/** An answer that cannot be read: check the URL; the format may have changed. */
export class CatalogUnreadable extends Error {
  readonly _tag = "CatalogUnreadable"
  override readonly name: string = "CatalogUnreadable"
}
