/** Why the catalogue did not answer, by what can be done about it. */

/** The server refuses the key: check the key and the plan. */
export class CatalogueRefused extends Error {
  readonly _tag = "CatalogueRefused"
  override readonly name: string = "CatalogueRefused"
}

/** The server asks for patience: ask again later. */
export class CatalogueBusy extends Error {
  readonly _tag = "CatalogueBusy"
  override readonly name: string = "CatalogueBusy"
  /** How long, where it said so. */
  readonly retryAfterMillis: number | undefined
  constructor(message: string, retryAfterMillis: number | undefined) {
    super(message)
    this.retryAfterMillis = retryAfterMillis
  }
}

/** No answer, or a failing server: check the network and the URL, or ask again later. */
export class CatalogueUnavailable extends Error {
  readonly _tag = "CatalogueUnavailable"
  override readonly name: string = "CatalogueUnavailable"
}

/** An answer that cannot be read: check the URL; the format may have changed. */
export class CatalogueUnreadable extends Error {
  readonly _tag = "CatalogueUnreadable"
  override readonly name: string = "CatalogueUnreadable"
}
