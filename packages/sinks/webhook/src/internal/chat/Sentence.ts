/** A sentence of a message in a channel. */

/** A sentence. A `warning` says something about all prices, and must not be lost to a limit. */
export interface Sentence {
  readonly text: string
  readonly warning: boolean
}

/** Escapes a name for the service that shows it. */
export type Escape = (name: string) => string
