/** `connect` for server runtimes. */
import * as connection from "../connect.ts"
import { wsTransport } from "./wsTransport.ts"

/**
 * Connects to the feed with `ws`, which can pause the socket and sees why a dial was refused. In all else it equals
 * `connect` of the main entry.
 *
 * @example
 * ```ts ignore
 * import { connect } from "@boltodds/connection/node"
 *
 * const feed = connect({ filters: { sports: ["NBA"], sportsbooks: ["draftkings"] } })
 * for await (const message of feed.messages()) {
 *   console.log(message.action)
 * }
 * ```
 */
export const connect = (options: connection.ConnectOptions = {}): connection.Feed =>
  connection.connect({ ...options, transport: options.transport ?? wsTransport() })
