/** Actions that other feeds use for the connection itself. */

const harmless: ReadonlySet<string> = new Set([
  "ping",
  "heartbeat",
  "pong",
  "keepalive",
  "keep_alive",
  "hello",
  "welcome",
  "connected",
  "ack",
  "subscribed",
  "unsubscribed",
])

/**
 * Whether messages of this unknown action are about the connection and not about odds: they may name sportsbooks, as an
 * acknowledgement of filters does. One that holds prices is no such message, whatever it is called.
 */
export const isHarmless = (action: string): boolean => harmless.has(action.toLowerCase())
