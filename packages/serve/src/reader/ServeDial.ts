/** The port between a reader and the WebSocket that it reads. */

/** Why there is no connection, or no longer. */
export interface ServeEnd {
  /** In one line, without a secret. */
  readonly why: string
  /** The HTTP status of a refusal, where it can be seen, and the beginning of what the server says. */
  readonly status?: number
  readonly body?: string
}

/** What a connection reports. None of it may throw; after `end` nothing follows. */
export interface ServeEvents {
  readonly open: () => void
  /** A message, as text. */
  readonly message: (text: string) => void
  readonly end: (end: ServeEnd) => void
}

/** A connection, open or on its way. */
export interface ServeConnection {
  /** Stops reading, and goes on. Absent where the runtime cannot: the reader then closes what it cannot take. */
  readonly pause?: () => void
  readonly resume?: () => void
  readonly close: () => void
}

/** Opens connections to a server. `token`: what the server asks for, if it does. */
export type ServeDial = (address: URL, token: string | undefined, events: ServeEvents) => ServeConnection
