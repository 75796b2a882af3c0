/** The vendor's wire, from the records of the emit `messages` with `games`. */
import { FeedServer, GameListing } from "@boltodds/feed-server"
import type { Envelope } from "@boltodds/sink"
import type { Mounted } from "../server/StreamServer.ts"
import { hashOfKey } from "./ClientKeys.ts"
import { type OnGap, VendorBook } from "./VendorBook.ts"

/** How the vendor's wire is set up. */
export interface VendorFeedOptions {
  /** Hashes of the keys that are accepted, see `hashOfKey`. */
  readonly keys: ReadonlySet<string>
  /** @default "clear" */
  readonly onGap?: OnGap | undefined
  /** The address that the server listens on, and other names that clients may use for it. */
  readonly host: string
  readonly allowHosts?: ReadonlyArray<string> | undefined
  readonly onRefused?: ((why: string) => void) | undefined
  /** Unsent bytes with which a client is cut off. @default 64 MiB */
  readonly maxBytes?: number | undefined
}

/**
 * Serves `/api`, `/api/get_info`, `/api/get_games` and `/api/get_markets` to clients of the vendor's protocol, unchanged but
 * for their address and key.
 */
export class VendorFeed {
  readonly mounted: Mounted
  readonly #server: FeedServer
  readonly #book: VendorBook
  #listing: { readonly version: number; readonly games: GameListing } | undefined

  constructor({ keys, onGap = "clear", host, allowHosts, onRefused, maxBytes }: VendorFeedOptions) {
    this.#server = new FeedServer({
      host,
      accepts: (key) => keys.has(hashOfKey(key)),
      plan: null,
      slowClient: "coalesce",
      maxBacklogBytes: maxBytes ?? 64 * 1024 * 1024,
      ...allowHosts === undefined ? {} : { allowHosts },
      ...onRefused === undefined ? {} : { onRefused },
    }, {
      catalog: () => this.#catalog(),
      subscribed: (client, subscription) => client.begin(subscription, this.#book.served),
    })
    this.#book = new VendorBook({
      onGap,
      send: (items) => this.#server.send(items),
      close: () => this.#server.disconnect({ code: 1012, reason: "the feed was interrupted" }, {}),
      now: Date.now,
    })
    this.mounted = this.#server.attach()
  }

  /** Takes the next records of the emit. */
  take(envelopes: ReadonlyArray<Envelope<unknown>>): void {
    this.#book.take(envelopes)
  }

  /** How many connections are open. */
  get clients(): number {
    return this.#server.clients.length
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    this.#server.disconnect({ code: 1001, reason: "the stream is over" }, {})
    await this.#server.stop()
  }

  /** The names of what is served. It is made anew when a game came or went. */
  #catalog(): GameListing {
    const { version, served } = this.#book
    if (this.#listing?.version !== version) this.#listing = { version, games: GameListing.of(served, [], []) }
    return this.#listing.games
  }
}
