/** What a caller gives a feed server, and what its calls are about. */
import type { ServerClient } from "./connection/ServerClient.ts"
import type { Subscription } from "./messages/Subscription.ts"
import type { GameListing } from "./rest/GameListing.ts"

/** What a server serves: a generated world, a recording, or a live book. */
export interface ServedFeed {
  /** The names that the REST endpoints list, and that filters are checked against. */
  readonly catalog: () => GameListing
  /**
   * A client subscribed, possibly again with other filters. `client.begin(subscription, book)` sends it the book and
   * lets the stream of `FeedServer.send` reach it.
   */
  readonly subscribed: (client: ServerClient, subscription: Subscription) => void
  /** A client's connection ended. */
  readonly closed?: ((client: ServerClient) => void) | undefined
  /** A frame left for the kernel, or a connection ended: a client may have room again. */
  readonly flushed?: (() => void) | undefined
}

/** Which connection a call is for; left out, all open ones. */
export interface ConnectionTarget {
  readonly connection?: number
}

/** How a connection ends. `abort`: the TCP connection ends without a close frame. */
export type DisconnectHow = "abort" | { readonly code: number; readonly reason?: string }
